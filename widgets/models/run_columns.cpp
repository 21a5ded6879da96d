#include "widgets/models/run_columns.h"

#include "core/base/json.h"
#include "widgets/basics/metric_format.h"
#include "widgets/basics/text.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QLocale>

#include <array>
#include <utility>

namespace paretoscope {

namespace {

using Kind = RunColumn::Kind;

struct KindRow {
    Kind kind;
    const char* key;
    const char* title;
    const char* sortName;
};

constexpr std::array<KindRow, 8> kinds{{
    {Kind::State, "state", QT_TRANSLATE_NOOP("RunColumn", "State"), "state"},
    {Kind::Id, "id", QT_TRANSLATE_NOOP("RunColumn", "Run"), "id"},
    {Kind::Experiment, "experiment", QT_TRANSLATE_NOOP("RunColumn", "Experiment"), "experiment"},
    {Kind::Recipe, "recipe", QT_TRANSLATE_NOOP("RunColumn", "Recipe"), "recipe"},
    {Kind::Setting, "setting", "", ""},
    {Kind::Metric, "metric", "", ""},
    {Kind::Duration, "duration", QT_TRANSLATE_NOOP("RunColumn", "Took"), ""},
    {Kind::Finished, "finished", QT_TRANSLATE_NOOP("RunColumn", "Finished"), ""},
}};

const KindRow& rowOf(Kind kind) { return kinds[size_t(kind)]; }

QString settingText(const Run& run, const std::string& name)
{
    const Json settings = Json::parse(run.settings, nullptr, false);
    const auto value = settings.is_object() ? settings.find(name) : settings.end();
    if (value == settings.end()) return {};
    return value->is_string() ? toQt(value->get<std::string>()) : toQt(value->dump());
}

} // namespace

std::string RunColumn::key() const
{
    const std::string kindKey = rowOf(kind).key;
    return name.empty() ? kindKey : kindKey + ':' + name;
}

RunColumn RunColumn::fromKey(const std::string& key)
{
    const std::string kindKey = key.substr(0, key.find(':'));
    for (const KindRow& row : kinds)
        if (row.key == kindKey)
            return {row.kind, kindKey == key ? std::string() : key.substr(kindKey.size() + 1)};
    return {};
}

QString RunColumn::title() const
{
    if (kind == Kind::Metric) return toQt(metricInfo(name).title);
    if (kind == Kind::Setting) return toQt(name);
    return QCoreApplication::translate("RunColumn", rowOf(kind).title);
}

QString RunColumn::toolTip() const
{
    if (kind != Kind::Metric) return kind == Kind::Setting ? toQt(name) : title();
    const MetricInfo info = metricInfo(name);
    const QString direction = info.higherIsBetter
                                  ? QCoreApplication::translate("RunColumn", "higher is better")
                                  : QCoreApplication::translate("RunColumn", "lower is better");
    return info.description.empty() ? direction
                                    : toQt(info.description) + QStringLiteral("\n") + direction;
}

bool RunColumn::numeric() const
{
    return kind == Kind::Metric || kind == Kind::Id || kind == Kind::Duration
           || kind == Kind::Setting;
}

std::string RunColumn::sortName() const
{
    return kind == Kind::Metric ? name : std::string(rowOf(kind).sortName);
}

QString RunColumn::text(const Run& run) const
{
    switch (kind) {
    case Kind::State: return stateTitle(run);
    case Kind::Id: return QString::number(run.id);
    case Kind::Experiment: return toQt(run.experiment);
    case Kind::Recipe:
        return run.baseline() ? QCoreApplication::translate("RunColumn", "none (baseline)")
                              : toQt(run.request.recipe);
    case Kind::Setting: return settingText(run, name);
    case Kind::Metric: {
        const Measurement* measurement = run.measurement(name);
        return measurement ? formatMeasurement(metricInfo(name), *measurement) : QString();
    }
    case Kind::Duration:
        return run.finishedAt > 0 && run.startedAt > 0
                   ? formatDuration(run.finishedAt - run.startedAt)
                   : QString();
    case Kind::Finished:
        return run.finishedAt > 0
                   ? QLocale().toString(
                       QDateTime::fromMSecsSinceEpoch(qint64(run.finishedAt * 1000)),
                       QLocale::ShortFormat)
                   : QString();
    }
    return {};
}

std::vector<RunColumn> allRunColumns(const std::vector<std::string>& settings,
                                     const std::vector<std::string>& metrics)
{
    std::vector<RunColumn> columns{{Kind::State, {}}, {Kind::Id, {}}, {Kind::Experiment, {}},
                                   {Kind::Recipe, {}}};
    for (const std::string& name : metrics) columns.push_back({Kind::Metric, name});
    for (const std::string& name : settings) columns.push_back({Kind::Setting, name});
    columns.push_back({Kind::Duration, {}});
    columns.push_back({Kind::Finished, {}});
    return columns;
}

QString stateTitle(RunState state)
{
    const char* titles[] = {QT_TRANSLATE_NOOP("RunState", "Queued"),
                            QT_TRANSLATE_NOOP("RunState", "Running"),
                            QT_TRANSLATE_NOOP("RunState", "Done"),
                            QT_TRANSLATE_NOOP("RunState", "Failed"),
                            QT_TRANSLATE_NOOP("RunState", "Cancelled")};
    return QCoreApplication::translate("RunState", titles[size_t(state)]);
}

QString stateTitle(const Run& run)
{
    return run.stoppedEarly() ? QCoreApplication::translate("RunState", "Stopped") : stateTitle(run.state);
}

QString reasonText(const Run& run)
{
    const std::optional<EarlyStop>& stop = run.provenance.earlyStop;
    if (!stop || stop->savedSeconds <= 0) return toQt(run.error);
    return QCoreApplication::translate("RunState", "%1 · about %2 saved").arg(toQt(run.error), formatDuration(stop->savedSeconds));
}

} // namespace paretoscope
