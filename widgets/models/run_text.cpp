#include "widgets/models/run_text.h"

#include "core/base/json.h"
#include "widgets/basics/metric_format.h"
#include "widgets/basics/text.h"
#include "widgets/models/run_columns.h"
#include "widgets/theme/theme.h"

#include <QCoreApplication>
#include <QTextDocument>

#include <utility>
#include <vector>

using namespace Qt::StringLiterals;

namespace paretoscope {

namespace {

using Rows = std::vector<std::pair<QString, QString>>;

QString tr(const char* source) { return QCoreApplication::translate("RunText", source); }

QString mutedSpan(const QString& text)
{
    return u"<span style='color:%1'>%2</span>"_s.arg(Theme::instance().colors().muted.name(),
                                                     text.toHtmlEscaped());
}

QString table(const Rows& rows)
{
    QString html = u"<table cellspacing='0' cellpadding='1'>"_s;
    for (const auto& [name, value] : rows)
        html += u"<tr><td>%1&nbsp;&nbsp;</td><td>%2</td></tr>"_s.arg(mutedSpan(name),
                                                                     value.toHtmlEscaped());
    return html + u"</table>"_s;
}

QString section(const QString& title, const Rows& rows)
{
    return rows.empty() ? QString() : u"<p><b>%1</b></p>"_s.arg(title.toHtmlEscaped()) + table(rows);
}

// Recipes have no spaces to break a line at.
QString breakable(const std::string& recipe)
{
    QString text = toQt(recipe).toHtmlEscaped();
    text.replace(u","_s, u",\u200b"_s).replace(u"+"_s, u"+\u200b"_s).replace(u"("_s, u"(\u200b"_s);
    return text;
}

Rows metricRows(const Run& run, bool withCounts)
{
    Rows rows;
    for (const Measurement& m : run.measurements) {
        const MetricInfo info = metricInfo(m.metric);
        QString value = formatMeasurement(info, m);
        if (withCounts && m.low && m.high && *m.high > *m.low)
            value += tr(" (95%: %1 to %2, n = %3)")
                         .arg(formatMetric(info, *m.low), formatMetric(info, *m.high))
                         .arg(m.count);
        rows.push_back({toQt(info.title), value});
    }
    return rows;
}

Rows settingRows(const Run& run)
{
    Rows rows;
    const Json settings = Json::parse(run.settings, nullptr, false);
    if (!settings.is_object()) return rows;
    for (const auto& [name, value] : settings.items())
        rows.push_back({toQt(name), toQt(value.is_string() ? value.get<std::string>() : value.dump())});
    return rows;
}

Rows provenanceRows(const Run& run)
{
    const Provenance& p = run.provenance;
    Rows rows;
    const auto add = [&](const QString& name, const std::string& value) {
        if (!value.empty()) rows.push_back({name, toQt(value)});
    };
    add(tr("Model"), run.request.model);
    for (const TaskRequest& task : run.request.tasks)
        add(toQt(task.task), task.textFile.empty() ? task.settings : task.textFile);
    add(tr("Calibration text"), run.request.calibrationFile);
    add(tr("Measured by"), p.origin);
    if (run.foreign())
        for (const std::string& note : p.notes) add(tr("Note"), note);
    if (p.version.empty()) return rows;
    add(tr("Version"), p.version);
    add(tr("Seed"), std::to_string(p.seed));
    add(tr("Threads"), std::to_string(p.threads));
    add(tr("Backend"), p.backend + (p.backendDetail.empty() ? "" : ", " + p.backendDetail));
    add(tr("Machine"), p.machine);
    add(tr("Model fingerprint"), p.modelFingerprint);
    add(tr("Data fingerprint"), p.dataFingerprint);
    add(tr("Recipe fingerprint"), p.recipeFingerprint);
    for (const std::string& note : p.notes) add(tr("Note"), note);
    return rows;
}

Rows timeRows(const Run& run)
{
    Rows rows;
    for (const auto kind : {RunColumn::Kind::Finished, RunColumn::Kind::Duration}) {
        const RunColumn column{kind, {}};
        const QString text = column.text(run);
        if (!text.isEmpty()) rows.push_back({column.title(), text});
    }
    return rows;
}

} // namespace

QString runHoverText(const Run& run)
{
    const QString title = run.baseline() ? tr("Baseline: the uncompressed model") : breakable(run.request.recipe);
    return u"<b>%1</b><br>%2"_s.arg(title, mutedSpan(tr("run %1 of %2").arg(run.id).arg(toQt(run.experiment))))
           + table(metricRows(run, false));
}

QString runDetailsText(const Run& run)
{
    QString html = u"<p><b>%1</b><br>%2</p>"_s.arg(
        run.baseline() ? tr("Baseline: the uncompressed model") : breakable(run.request.recipe),
        mutedSpan(tr("Run %1 of %2 · %3").arg(run.id).arg(toQt(run.experiment), stateTitle(run))));
    const ThemeColors& colors = Theme::instance().colors();
    const QColor reasonColor = run.stoppedEarly() ? colors.muted : colors.bad;
    if (!run.error.empty())
        html += u"<p style='color:%1'>%2</p>"_s.arg(reasonColor.name(), reasonText(run).toHtmlEscaped());
    html += section(tr("Measured"), metricRows(run, true));
    html += section(tr("Settings"), settingRows(run));
    html += section(tr("Where it comes from"), provenanceRows(run));
    html += section(tr("Times"), timeRows(run));
    return html;
}

std::vector<std::pair<QString, QString>> runOriginRows(const Run& run)
{
    Rows rows{{tr("Recipe"), toQt(run.request.recipe)}};
    for (const auto& [name, value] : settingRows(run)) rows.push_back({tr("Setting %1").arg(name), value});
    for (auto& row : provenanceRows(run))
        if (row.first != tr("Note")) rows.push_back(std::move(row));
    return rows;
}

QString runPlainText(const Run& run)
{
    QTextDocument document;
    document.setHtml(runDetailsText(run));
    return document.toPlainText().remove(QChar(0x200b)).replace(QChar::Nbsp, QLatin1Char(' '));
}

} // namespace paretoscope
