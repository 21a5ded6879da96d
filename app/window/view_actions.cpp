#include "app/window/view_actions.h"

#include "app/dialogs.h"
#include "app/services/saved_views.h"

#include <QAction>
#include <QMainWindow>
#include <QMenu>
#include <QMenuBar>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace paretoscope {

namespace {

// Keys that belong to a chart and not to an action.
struct KeyRow {
    const char* where;
    const char* what;
    const char* keys;
};
constexpr KeyRow chartKeys[]{
    {QT_TRANSLATE_NOOP("ViewActions", "Frontier"), QT_TRANSLATE_NOOP("ViewActions", "Next point along x, along y"),
     "← →  ↑ ↓"},
    {QT_TRANSLATE_NOOP("ViewActions", "Frontier"), QT_TRANSLATE_NOOP("ViewActions", "Next point on the frontier, back"),
     "F  Shift+F"},
    {QT_TRANSLATE_NOOP("ViewActions", "Frontier"), QT_TRANSLATE_NOOP("ViewActions", "Select the point, add it"),
     "Space  Ctrl+Space"},
    {QT_TRANSLATE_NOOP("ViewActions", "Frontier"), QT_TRANSLATE_NOOP("ViewActions", "Read its measurements"), "Enter"},
    {QT_TRANSLATE_NOOP("ViewActions", "Frontier"), QT_TRANSLATE_NOOP("ViewActions", "Pin it as A, as B"), "A  B"},
    {QT_TRANSLATE_NOOP("ViewActions", "Frontier"), QT_TRANSLATE_NOOP("ViewActions", "Zoom, show everything"), "+ −  0"},
    {QT_TRANSLATE_NOOP("ViewActions", "Frontier"), QT_TRANSLATE_NOOP("ViewActions", "Let go of the selection"), "Esc"},
    {QT_TRANSLATE_NOOP("ViewActions", "Parallel axes"), QT_TRANSLATE_NOOP("ViewActions", "Next axis, move the axis"),
     "← →  Shift+← →"},
    {QT_TRANSLATE_NOOP("ViewActions", "Parallel axes"), QT_TRANSLATE_NOOP("ViewActions", "Keep fewer runs, more runs"),
     "↑ ↓"},
    {QT_TRANSLATE_NOOP("ViewActions", "Parallel axes"), QT_TRANSLATE_NOOP("ViewActions", "Let go of the range, of all"),
     "Del  Esc"},
    {QT_TRANSLATE_NOOP("ViewActions", "Scatter matrix"),
     QT_TRANSLATE_NOOP("ViewActions", "Next chart, open it as the frontier"), "← → ↑ ↓  Enter"},
    {QT_TRANSLATE_NOOP("ViewActions", "Tables"), QT_TRANSLATE_NOOP("ViewActions", "Copy the selected rows"), "Ctrl+C"},
};

QString plain(QString text)
{
    return text.remove(u'&');
}

} // namespace

ViewActions::ViewActions(SavedViews& views, QMenu* viewMenu, QMenu* helpMenu, QMainWindow* window)
    : QObject(window)
    , views_(views)
    , window_(window)
    , pagesMenu_(new QMenu(tr("Go to"), viewMenu))
    , viewsMenu_(new QMenu(tr("Saved Views"), viewMenu))
    , palette_(new OverlayList(tr("Commands"), tr("Type what you want to do"), window))
    , shortcuts_(new OverlayList(tr("Keyboard shortcuts"), tr("Type to search"), window))
{
    QAction* before = viewMenu->actions().value(0);
    viewMenu->insertMenu(before, pagesMenu_);
    viewMenu->insertMenu(before, viewsMenu_);
    viewMenu->insertSeparator(before);
    connect(viewsMenu_, &QMenu::aboutToShow, this, &ViewActions::fillViews);
    auto* commands = new QAction(tr("All Commands…"), this);
    commands->setShortcut(QKeySequence(u"Ctrl+K"_s));
    connect(commands, &QAction::triggered, this, &ViewActions::openPalette);
    auto* keys = new QAction(tr("Keyboard Shortcuts"), this);
    keys->setShortcut(QKeySequence(u"F1"_s));
    connect(keys, &QAction::triggered, this, &ViewActions::openShortcuts);
    QAction* about = helpMenu->actions().value(0);
    helpMenu->insertActions(about, {commands, keys});
    fillViews();
}

void ViewActions::addPages(const std::vector<std::pair<QString, QWidget*>>& pages)
{
    int number = 0;
    for (const auto& [title, page] : pages) {
        QAction* action = pagesMenu_->addAction(title);
        if (++number < 10) action->setShortcut(QKeySequence(u"Ctrl+%1"_s.arg(number)));
        connect(action, &QAction::triggered, this, [this, page = page] { Q_EMIT pageRequested(page); });
    }
}

void ViewActions::fillViews()
{
    viewsMenu_->clear();
    for (const QString& name : views_.names())
        viewsMenu_->addAction(name, this, [this, name] { views_.show(name); });
    if (!views_.names().isEmpty()) viewsMenu_->addSeparator();
    QAction* save = viewsMenu_->addAction(tr("Save This View…"), this, &ViewActions::saveView);
    save->setEnabled(views_.writable());
    if (views_.names().isEmpty()) return;
    QMenu* remove = viewsMenu_->addMenu(tr("Forget"));
    for (const QString& name : views_.names())
        remove->addAction(name, this, [this, name] { views_.remove(name); });
}

void ViewActions::saveView()
{
    const auto name = dialogs::askLine(window_, tr("Save this view"), tr("Name of the view:"),
                                       tr("View %1").arg(views_.names().size() + 1));
    if (!name || name->trimmed().isEmpty()) return;
    views_.save(name->trimmed());
    Q_EMIT saved(name->trimmed());
}

void ViewActions::collect(const QMenu& menu, const QString& group, bool all,
                          std::vector<OverlayList::Entry>& entries) const
{
    for (QAction* action : menu.actions()) {
        if (action->isSeparator()) continue;
        if (action->menu()) {
            // Menus that fill themselves do so now.
            Q_EMIT action->menu()->aboutToShow();
            collect(*action->menu(), plain(action->text()), all, entries);
            continue;
        }
        if (!all && !action->isEnabled()) continue;
        // Menus of recent things repeat what is in the menu above them.
        const QString keys = action->shortcut().toString(QKeySequence::NativeText);
        const bool known = std::any_of(entries.begin(), entries.end(), [&](const OverlayList::Entry& entry) {
            return !keys.isEmpty() && entry.shortcut == keys;
        });
        if (known) continue;
        entries.push_back({group, plain(action->text()).remove(u'…'),
                           keys, [action] { action->trigger(); }});
    }
}

std::vector<OverlayList::Entry> ViewActions::actionEntries(bool all) const
{
    std::vector<OverlayList::Entry> entries;
    for (const QAction* action : window_->menuBar()->actions())
        if (action->menu()) collect(*action->menu(), plain(action->text()), all, entries);
    return entries;
}

void ViewActions::openPalette()
{
    palette_->open(actionEntries(false));
}

void ViewActions::openShortcuts()
{
    std::vector<OverlayList::Entry> entries = actionEntries(true);
    std::erase_if(entries, [](const OverlayList::Entry& entry) { return entry.shortcut.isEmpty(); });
    for (const KeyRow& row : chartKeys)
        entries.push_back({tr(row.where), tr(row.what), QString::fromUtf8(row.keys), {}});
    shortcuts_->open(std::move(entries));
}

} // namespace paretoscope
