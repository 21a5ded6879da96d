#include "app/pages/plugins_page.h"

#include "widgets/basics/labels.h"
#include "widgets/basics/text.h"
#include "widgets/basics/value_table.h"
#include "widgets/theme/spacing.h"

#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace paretoscope {

namespace {

CellTone toneOf(PluginRecord::State state)
{
    switch (state) {
    case PluginRecord::State::Loaded:
        return CellTone::Good;
    case PluginRecord::State::Found:
        return CellTone::Muted;
    case PluginRecord::State::Refused:
        return CellTone::Warning;
    case PluginRecord::State::Broken:
        return CellTone::Bad;
    }
    return CellTone::Plain;
}

QString stateText(PluginRecord::State state)
{
    switch (state) {
    case PluginRecord::State::Loaded:
        return PluginsPage::tr("✓ loaded");
    case PluginRecord::State::Found:
        return PluginsPage::tr("found");
    case PluginRecord::State::Refused:
        return PluginsPage::tr("✗ refused");
    case PluginRecord::State::Broken:
        return PluginsPage::tr("✗ broken");
    }
    return {};
}

} // namespace

PluginsPage::PluginsPage(QWidget* parent)
    : QWidget(parent)
    , summary_(makeLabel(QString(), "muted", this))
    , table_(new ValueTable(tr("Plugins"),
                            {{tr("State"), false, {}},
                             {tr("Plugin"), false, {}},
                             {tr("Version"), false, {}},
                             {tr("Strategies"), true, {}},
                             {tr("Reason"), false, tr("Why it was not loaded.")},
                             {tr("File"), false, {}}},
                            this))
{
    setProperty("role", u"surface"_s);
    setAttribute(Qt::WA_StyledBackground);
    summary_->setContentsMargins(spacing().medium, spacing().small, spacing().medium, spacing().small);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(summary_);
    layout->addWidget(table_, 1);
    showPlugins(PluginHost::instance().plugins());
}

void PluginsPage::showPlugins(const std::vector<PluginRecord>& plugins)
{
    size_t strategies = 0, loaded = 0;
    std::vector<ValueTableModel::Row> rows;
    for (const PluginRecord& plugin : plugins) {
        const bool works = plugin.state == PluginRecord::State::Loaded;
        loaded += works;
        strategies += works ? plugin.strategies.size() : 0;
        QStringList names;
        for (const std::string& name : plugin.strategies)
            names << toQt(name);
        ValueCell count = ValueCell::number(QString::number(names.size()), double(names.size()));
        count.toolTip = names.join(u'\n');
        rows.push_back({{ValueCell::words(stateText(plugin.state), toneOf(plugin.state)),
                         ValueCell::words(toQt(plugin.title.empty() ? plugin.family : plugin.title)),
                         ValueCell::words(toQt(plugin.version)), count, ValueCell::words(toQt(plugin.reason)),
                         ValueCell::words(toQt(plugin.file.string()), CellTone::Muted)},
                        toQt(plugin.file.string())});
    }
    summary_->setText(
        plugins.empty()
            ? tr("No plugin was found, so there are no strategies. They lie in lib/paretoscope/plugins beside "
                 "the program; PARETOSCOPE_PLUGIN_PATH names further folders.")
            : tr("%1 of %2 plugins are loaded; they bring %3 strategies.")
                  .arg(loaded)
                  .arg(plugins.size())
                  .arg(strategies));
    table_->setRows(std::move(rows));
    table_->fitColumns(5);
}

QString PluginsPage::summary() const
{
    return summary_->text();
}

} // namespace paretoscope
