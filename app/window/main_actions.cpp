#include "app/window/main_actions.h"

#include "app/dialogs.h"
#include "app/services/workspace.h"
#include "app/window/file_actions.h"
#include "core/base/version.h"
#include "core/model/open_model.h"
#include "widgets/basics/text.h"
#include "widgets/theme/icons.h"
#include "widgets/theme/theme.h"

#include <QActionGroup>
#include <QFileInfo>
#include <QMainWindow>
#include <QMenu>
#include <QMenuBar>
#include <QToolBar>
#include <QToolButton>

#include <array>
#include <utility>

using namespace Qt::StringLiterals;

namespace paretoscope {

MainActions::MainActions(Workspace& workspace, FileActions& files, QMainWindow* window)
    : QObject(window)
    , workspace_(workspace)
    , files_(files)
    , window_(window)
    , openModel_(make(u"open-model"_s, tr("Open Model…"), u"Ctrl+O"_s))
    , openModelFolder_(make({}, tr("Open Model Folder…"), u"Ctrl+Alt+O"_s))
    , openStore_(make(u"open-store"_s, tr("Open Store…"), u"Ctrl+Shift+O"_s))
    , newStore_(make({}, tr("New Store…"), u"Ctrl+Shift+N"_s))
    , exportChart_(make(u"export"_s, tr("Export Chart…"), u"Ctrl+E"_s))
    , exportTable_(make({}, tr("Export Table…"), u"Ctrl+Shift+E"_s))
    , demo_(make({}, tr("Run the Demo Experiment"), {}))
    , quit_(make({}, tr("Quit"), u"Ctrl+Q"_s))
    , newExperiment_(make(u"new-experiment"_s, tr("New Experiment"), u"Ctrl+N"_s))
    , pauseQueue_(make(u"pause"_s, tr("Pause or Go On"), u"Ctrl+P"_s))
    , findRuns_(make(u"filter"_s, tr("Filter Runs"), u"Ctrl+F"_s))
    , chartEditor_(make(u"export"_s, tr("Chart for a Page…"), u"Ctrl+Alt+E"_s))
{
    connect(openModel_, &QAction::triggered, &files_, &FileActions::openModel);
    connect(openModelFolder_, &QAction::triggered, &files_, &FileActions::openModelFolder);
    connect(openStore_, &QAction::triggered, &files_, &FileActions::openStore);
    connect(newStore_, &QAction::triggered, &files_, &FileActions::newStore);
    connect(exportChart_, &QAction::triggered, &files_, &FileActions::exportChart);
    connect(exportTable_, &QAction::triggered, &files_, &FileActions::exportTable);
    connect(demo_, &QAction::triggered, &files_, &FileActions::runDemo);
    connect(quit_, &QAction::triggered, window_, &QWidget::close);
    buildFileMenu();
    buildExperimentMenu();
    buildViewMenu();
    buildHelpMenu();
    buildToolBar();
}

QAction* MainActions::make(const QString& icon, const QString& text, const QString& shortcut)
{
    auto* action = new QAction(icon.isEmpty() ? QIcon() : themeIcon(icon), text, this);
    action->setShortcut(QKeySequence(shortcut));
    return action;
}

void MainActions::buildFileMenu()
{
    QMenu* menu = window_->menuBar()->addMenu(tr("&File"));
    menu->addAction(openModel_);
    menu->addAction(openModelFolder_);
    QMenu* models = menu->addMenu(tr("Recent and Built-in Models"));
    connect(models, &QMenu::aboutToShow, this, [this, models] { fillRecentModels(*models); });
    menu->addSeparator();
    menu->addAction(openStore_);
    menu->addAction(newStore_);
    QMenu* stores = menu->addMenu(tr("Recent Stores"));
    connect(stores, &QMenu::aboutToShow, this, [this, stores] { fillRecentStores(*stores); });
    menu->addSeparator();
    menu->addAction(chartEditor_);
    menu->addAction(exportChart_);
    menu->addAction(exportTable_);
    menu->addSeparator();
    menu->addAction(quit_);
}

void MainActions::buildExperimentMenu()
{
    QMenu* menu = window_->menuBar()->addMenu(tr("&Experiment"));
    menu->addAction(newExperiment_);
    menu->addAction(demo_);
    menu->addSeparator();
    menu->addAction(pauseQueue_);
}

void MainActions::buildViewMenu()
{
    QMenu* menu = viewMenu_ = window_->menuBar()->addMenu(tr("&View"));
    menu->addAction(findRuns_);
    menu->addSeparator();
    auto* group = new QActionGroup(this);
    const std::array<std::pair<ThemeMode, std::pair<QString, QString>>, 3> modes{{
        {ThemeMode::System, {tr("As the System"), u"system"_s}},
        {ThemeMode::Light, {tr("Light"), u"light"_s}},
        {ThemeMode::Dark, {tr("Dark"), u"dark"_s}},
    }};
    for (const auto& [mode, names] : modes) {
        QAction* action = menu->addAction(names.first);
        action->setCheckable(true);
        action->setChecked(Theme::instance().mode() == mode);
        group->addAction(action);
        connect(action, &QAction::triggered, this, [this, mode = mode, key = names.second] {
            workspace_.settings().set(settings::theme, key);
            Theme::instance().apply(mode);
        });
    }
}

void MainActions::buildHelpMenu()
{
    QMenu* menu = helpMenu_ = window_->menuBar()->addMenu(tr("&Help"));
    menu->addAction(tr("About Paretoscope"), this, &MainActions::about);
}

void MainActions::about()
{
    dialogs::tell(window_, tr("About Paretoscope"),
                  tr("Paretoscope %1\nAn explorer of language-model compression.\n\n"
                     "Free software under the GNU General Public License, version 3 or later.")
                      .arg(QString::fromUtf8(version())));
}

void MainActions::buildToolBar()
{
    QToolBar* bar = window_->addToolBar(tr("Tools"));
    bar->setObjectName(u"tools"_s);
    bar->setMovable(false);
    const int side = window_->fontMetrics().height();
    bar->setIconSize({side, side});
    bar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    bar->setContextMenuPolicy(Qt::PreventContextMenu);
    window_->setContextMenuPolicy(Qt::NoContextMenu);
    auto* models = new QMenu(bar);
    auto* stores = new QMenu(bar);
    auto* exports = new QMenu(bar);
    exports->addAction(chartEditor_);
    exports->addAction(exportChart_);
    exports->addAction(exportTable_);
    connect(models, &QMenu::aboutToShow, this, [this, models] { fillRecentModels(*models); });
    connect(stores, &QMenu::aboutToShow, this, [this, stores] { fillRecentStores(*stores); });
    const auto add = [&](QAction* action, const QString& text, QMenu* menu) {
        auto* button = new QToolButton(bar);
        button->setDefaultAction(action);
        button->setText(text);
        button->setAccessibleName(text);
        button->setFocusPolicy(Qt::TabFocus);
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        button->setToolTip(u"%1 (%2)"_s.arg(text, action->shortcut().toString(QKeySequence::NativeText)));
        if (menu) {
            button->setMenu(menu);
            button->setPopupMode(QToolButton::MenuButtonPopup);
        }
        bar->addWidget(button);
    };
    add(openModel_, tr("Open model"), models);
    add(openStore_, tr("Open store"), stores);
    bar->addSeparator();
    add(newExperiment_, tr("New experiment"), nullptr);
    bar->addSeparator();
    add(exportChart_, tr("Export"), exports);
}

void MainActions::fillRecentModels(QMenu& menu)
{
    menu.clear();
    for (const std::string& name : builtinModelNames()) {
        const QString path = u"builtin:"_s + toQt(name);
        menu.addAction(tr("Built-in: %1").arg(toQt(name)), this,
                       [this, path] { workspace_.openModel(path); });
    }
    menu.addSeparator();
    for (const QString& path : workspace_.settings().get(settings::recentModels))
        if (!path.startsWith(u"builtin:"_s))
            menu.addAction(path, this, [this, path] { workspace_.openModel(path); });
    menu.addSeparator();
    menu.addAction(openModelFolder_);
}

void MainActions::fillRecentStores(QMenu& menu)
{
    menu.clear();
    for (const QString& path : workspace_.settings().get(settings::recentStores))
        menu.addAction(path, this, [this, path] { workspace_.openStore(path); });
    menu.addSeparator();
    menu.addAction(newStore_);
}

} // namespace paretoscope
