#include "app/window/compare_actions.h"

#include "app/services/comparison_choice.h"
#include "app/services/workspace.h"
#include "widgets/theme/icons.h"

#include <QAction>
#include <QMainWindow>
#include <QMenu>
#include <QMenuBar>

using namespace Qt::StringLiterals;

namespace paretoscope {

CompareActions::CompareActions(Workspace& workspace, QMainWindow* window)
    : QObject(window)
    , workspace_(workspace)
    , compare_(new QAction(themeIcon(u"compare"_s), tr("Compare Two Runs"), this))
    , pinA_(new QAction(themeIcon(u"pin"_s), tr("Pin the Selected Run as A"), this))
    , pinB_(new QAction(themeIcon(u"pin"_s), tr("Pin the Selected Run as B"), this))
    , swap_(new QAction(themeIcon(u"swap"_s), tr("Swap A and B"), this))
    , unpin_(new QAction(tr("Let Both Follow the Selection"), this))
{
    compare_->setShortcut(QKeySequence(u"Ctrl+D"_s));
    pinA_->setShortcut(QKeySequence(u"Ctrl+Shift+A"_s));
    pinB_->setShortcut(QKeySequence(u"Ctrl+Shift+B"_s));
    swap_->setShortcut(QKeySequence(u"Ctrl+Shift+X"_s));
    ComparisonChoice& choice = workspace_.comparison();
    connect(compare_, &QAction::triggered, this, &CompareActions::compareRequested);
    connect(pinA_, &QAction::triggered, this, [this, &choice] { choice.pinA(workspace_.selection().value(0)); });
    connect(pinB_, &QAction::triggered, this, [this, &choice] { choice.pinB(workspace_.selection().value(0)); });
    connect(swap_, &QAction::triggered, &choice, &ComparisonChoice::swap);
    connect(unpin_, &QAction::triggered, this, [this, &choice] {
        choice.restore(0, 0);
        const QList<qint64> selection = workspace_.selection();
        choice.follow(selection, selection.size() == 1 ? workspace_.baselineOf(selection.front()) : 0);
    });
    connect(&choice, &ComparisonChoice::changed, this, &CompareActions::refresh);
    connect(&workspace_, &Workspace::selectionChanged, this, &CompareActions::refresh);
    auto* menu = new QMenu(tr("&Compare"), window->menuBar());
    const QList<QAction*> menus = window->menuBar()->actions();
    window->menuBar()->insertMenu(menus.isEmpty() ? nullptr : menus.last(), menu); // Help stays last
    menu->addAction(compare_);
    menu->addSeparator();
    menu->addActions({pinA_, pinB_, swap_, unpin_});
    refresh();
}

void CompareActions::addTo(QWidget* view)
{
    view->setContextMenuPolicy(Qt::ActionsContextMenu);
    view->addActions({compare_, pinA_, pinB_, swap_, unpin_});
}

void CompareActions::refresh()
{
    const ComparisonChoice& choice = workspace_.comparison();
    const bool one = workspace_.selection().size() == 1;
    pinA_->setEnabled(one);
    pinB_->setEnabled(one);
    swap_->setEnabled(choice.a() != 0 || choice.b() != 0);
    unpin_->setEnabled(choice.pinnedA() || choice.pinnedB());
}

} // namespace paretoscope
