#include "app/window/main_window.h"

#include "app/dialogs.h"
#include "app/pages/compare_page.h"
#include "app/pages/details_page.h"
#include "app/pages/dimensions_page.h"
#include "app/pages/experiments_page.h"
#include "app/pages/frontier_controls.h"
#include "app/pages/frontier_page.h"
#include "app/pages/log_page.h"
#include "app/pages/measurements_page.h"
#include "app/pages/model_page.h"
#include "app/pages/plugins_page.h"
#include "app/pages/queue_bar.h"
#include "app/pages/queue_page.h"
#include "app/pages/recipe_page.h"
#include "app/pages/runs_page.h"
#include "app/services/comparison_choice.h"
#include "app/services/log_book.h"
#include "app/services/saved_views.h"
#include "app/window/chart_editor.h"
#include "app/window/compare_actions.h"
#include "app/window/file_actions.h"
#include "app/window/main_actions.h"
#include "app/window/view_actions.h"
#include "app/window/view_parts.h"
#include "widgets/basics/text.h"
#include "widgets/charts/chart_view.h"
#include "widgets/theme/spacing.h"

#include <QCloseEvent>
#include <QDragEnterEvent>
#include <QLineEdit>
#include <QMimeData>
#include <QSplitter>
#include <QStatusBar>
#include <QTabBar>
#include <QTabWidget>
#include <QTableView>

#include <array>

using namespace Qt::StringLiterals;

namespace paretoscope {

MainWindow::MainWindow(ProgramSettings& settings, std::vector<std::string> workerCommand)
    : workspace_(settings, std::move(workerCommand))
    , experiments_(new ExperimentsPage(workspace_, this))
    , frontier_(new FrontierPage(workspace_, this))
    , runs_(new RunsPage(workspace_, this))
    , queue_(new QueuePage(workspace_, this))
    , model_(new ModelPage(workspace_, this))
    , recipe_(new RecipePage(workspace_, this))
    , details_(new DetailsPage(workspace_, this))
    , compare_(new ComparePage(workspace_, this))
    , dimensions_(new DimensionsPage(workspace_, this))
    , measurements_(new MeasurementsPage(workspace_, this))
    , logBook_(new LogBook(workspace_, this))
    , log_(new LogPage(*logBook_, this))
    , plugins_(new PluginsPage(this))
    , queueBar_(new QueueBar(workspace_, this))
    , columns_(new QSplitter(Qt::Horizontal, this))
    , centre_(new QSplitter(Qt::Vertical, this))
    , upper_(new QTabWidget(this))
    , lower_(new QTabWidget(this))
    , right_(new QTabWidget(this))
    , files_(new FileActions(workspace_, *frontier_, *runs_, this))
    , actions_(new MainActions(workspace_, *files_, this))
    , compareActions_(new CompareActions(workspace_, this))
    , views_(new SavedViews(workspace_, this))
    , viewActions_(new ViewActions(*views_, actions_->viewMenu(), actions_->helpMenu(), this))
{
    build();
    connectAll();
    connectCharts();
    connectViews();
    restoreLayout();
    retitle();
    upper_->tabBar()->setFocus(); // not the first button of a header
}

MainWindow::~MainWindow()
{
    views_->keepLast();
    delete chartEditor_;
    // Pages refer to the workspace, a member that would go before them.
    delete centralWidget();
    delete queueBar_;
}

void MainWindow::build()
{
    setAcceptDrops(true);
    for (QTabWidget* tabs : {upper_, lower_, right_}) tabs->setDocumentMode(true);
    upper_->addTab(frontier_, tr("Frontier"));
    upper_->addTab(dimensions_, tr("Many metrics"));
    upper_->addTab(compare_, tr("Compare"));
    upper_->addTab(measurements_, tr("Measurements"));
    upper_->setAccessibleName(tr("Charts and comparison"));
    upper_->tabBar()->setAccessibleName(upper_->accessibleName());
    lower_->addTab(runs_, tr("Runs"));
    lower_->addTab(queue_, tr("Queue"));
    lower_->addTab(log_, tr("Log"));
    lower_->addTab(plugins_, tr("Plugins"));
    lower_->setAccessibleName(tr("Runs, queue, log, plugins"));
    lower_->tabBar()->setAccessibleName(lower_->accessibleName());
    right_->addTab(model_, tr("Model"));
    right_->addTab(recipe_, tr("New experiment"));
    right_->addTab(details_, tr("Run"));
    right_->setAccessibleName(tr("Model, new experiment, run"));
    right_->tabBar()->setAccessibleName(right_->accessibleName());
    centre_->addWidget(upper_);
    centre_->addWidget(lower_);
    centre_->setStretchFactor(0, 3);
    centre_->setStretchFactor(1, 2);
    columns_->addWidget(experiments_);
    columns_->addWidget(centre_);
    columns_->addWidget(right_);
    columns_->setStretchFactor(1, 1);
    for (QSplitter* splitter : {columns_, centre_}) {
        splitter->setChildrenCollapsible(false);
        splitter->setHandleWidth(1);
    }
    experiments_->setMinimumWidth(charactersWide(32));
    right_->setMinimumWidth(charactersWide(40));
    setCentralWidget(columns_);
    statusBar()->addWidget(queueBar_, 1);
    statusBar()->setSizeGripEnabled(false);
}

void MainWindow::connectAll()
{
    connect(&workspace_, &Workspace::storeOpened, this, &MainWindow::retitle);
    connect(&workspace_, &Workspace::modelOpening, this, [this] { showPage(model_); });
    connect(&workspace_, &Workspace::detailsRequested, this, [this] { showPage(details_); });
    connect(&workspace_, &Workspace::measurementsRequested, this, [this] { showPage(measurements_); });
    connect(&workspace_, &Workspace::runsFailed, this, [this] { showPage(queue_); });
    connect(&workspace_, &Workspace::snapshotChanged, this, [this] {
        const Snapshot& snapshot = workspace_.snapshot();
        const int64_t open = snapshot.queued + snapshot.running;
        lower_->setTabText(1, open > 0 ? tr("Queue (%L1)").arg(open) : tr("Queue"));
    });
    connect(frontier_, &FrontierPage::openModelRequested, files_, &FileActions::openModel);
    connect(frontier_, &FrontierPage::openStoreRequested, files_, &FileActions::openStore);
    connect(frontier_, &FrontierPage::demoRequested, files_, &FileActions::runDemo);
    connect(frontier_, &FrontierPage::newExperimentRequested, this, &MainWindow::newExperiment);
    connect(&frontier_->view(), &ChartView::selectionChanged, this, [this](const QList<qint64>& runs) {
        if (runs.size() == 1) showPage(details_);
    });
    connect(runs_, &RunsPage::exportRequested, files_, &FileActions::exportTable);
    connect(model_, &ModelPage::openModelRequested, files_, &FileActions::openModel);
    connect(model_, &ModelPage::newExperimentRequested, this, &MainWindow::newExperiment);
    connect(recipe_, &RecipePage::openModelRequested, files_, &FileActions::openModel);
    connect(recipe_, &RecipePage::started, this, [this] { lower_->setCurrentWidget(queue_); });
    connect(details_, &DetailsPage::reuseRequested, this, [this](qint64 id) {
        if (const std::optional<Run> run = workspace_.run(id)) {
            recipe_->reuse(*run);
            showPage(recipe_);
        }
    });
    connect(queueBar_, &QueueBar::cancelRequested, this, &MainWindow::cancelQueue);
    connect(actions_->newExperiment(), &QAction::triggered, this, &MainWindow::newExperiment);
    connect(actions_->pauseQueue(), &QAction::triggered, queueBar_, &QueueBar::togglePause);
    connect(actions_->findRuns(), &QAction::triggered, this, [this] {
        showPage(runs_);
        runs_->filter()->setFocus();
    });
}

void MainWindow::connectCharts()
{
    compareActions_->addTo(runs_->view());
    connect(compareActions_, &CompareActions::compareRequested, this, [this] { showPage(compare_); });
    connect(&workspace_.comparison(), &ComparisonChoice::changed, this, [this] {
        const ComparisonChoice& choice = workspace_.comparison();
        frontier_->view().setCompared(choice.a(), choice.b());
    });
    connect(&frontier_->view(), &ChartView::pinRequested, this, [this](qint64 run, bool asB) {
        if (asB) workspace_.comparison().pinB(run);
        else workspace_.comparison().pinA(run);
    });
    connect(dimensions_, &DimensionsPage::axesChosen, this, [this](const std::string& x, const std::string& y) {
        frontier_->controls().choose(x, y);
        showPage(frontier_);
    });
    connect(actions_->chartEditor(), &QAction::triggered, this, [this] {
        chartEditor().show();
        chartEditor().raise();
        chartEditor().activateWindow();
    });
}

void MainWindow::connectViews()
{
    addViewParts(*views_, workspace_, *frontier_, *dimensions_);
    viewActions_->addPages({{tr("Frontier"), frontier_},
                            {tr("Many Metrics"), dimensions_},
                            {tr("Compare"), compare_},
                            {tr("Measurements"), measurements_},
                            {tr("Runs"), runs_},
                            {tr("Queue"), queue_},
                            {tr("Model"), model_},
                            {tr("New Experiment"), recipe_},
                            {tr("Run"), details_},
                            {tr("Log"), log_},
                            {tr("Plugins"), plugins_}});
    connect(viewActions_, &ViewActions::pageRequested, this, [this](QWidget* page) {
        showPage(page);
        page->setFocus(Qt::ShortcutFocusReason);
    });
    connect(&workspace_, &Workspace::storeOpened, views_, &SavedViews::restoreLast);
}

ChartEditor& MainWindow::chartEditor()
{
    if (!chartEditor_)
        chartEditor_ = new ChartEditor(
            workspace_, [this]() -> const FrontierChartData& { return frontier_->data(); }, this);
    return *chartEditor_;
}

void MainWindow::showPage(QWidget* page)
{
    for (QTabWidget* tabs : {upper_, lower_, right_})
        if (tabs->indexOf(page) >= 0) tabs->setCurrentWidget(page);
}

void MainWindow::showPageNamed(const QString& name)
{
    const QHash<QString, QWidget*> pages{{u"frontier"_s, frontier_},
                                         {u"metrics"_s, dimensions_},
                                         {u"compare"_s, compare_},
                                         {u"measurements"_s, measurements_},
                                         {u"model"_s, model_},
                                         {u"recipe"_s, recipe_},
                                         {u"details"_s, details_},
                                         {u"runs"_s, runs_},
                                         {u"queue"_s, queue_},
                                         {u"log"_s, log_},
                                         {u"plugins"_s, plugins_}};
    if (QWidget* page = pages.value(name)) showPage(page);
}

void MainWindow::newExperiment()
{
    showPage(recipe_);
    recipe_->startOver();
}

void MainWindow::cancelQueue()
{
    const Snapshot& snapshot = workspace_.snapshot();
    const bool sure = dialogs::confirm(
        this, tr("Cancel the queue"),
        tr("%L1 runs are running or waiting. What is done stays.").arg(snapshot.queued + snapshot.running),
        tr("Cancel the runs"));
    if (sure && workspace_.runs()) workspace_.runs()->cancelAllQueued();
}

void MainWindow::retitle()
{
    const QString store = workspace_.store() ? toQt(workspace_.store()->path().filename().string())
                                             : QString();
    QString title = store.isEmpty() ? tr("Paretoscope") : tr("%1 – Paretoscope").arg(store);
    if (workspace_.store() && !workspace_.store()->writable()) title += tr(" (read only)");
    setWindowTitle(title);
}

void MainWindow::restoreLayout()
{
    ProgramSettings& settings = workspace_.settings();
    if (!restoreGeometry(settings.get(settings::geometry)))
        resize(charactersWide(170), charactersWide(106));
    if (!columns_->restoreState(settings.get(settings::columnsSplit)))
        columns_->setSizes({charactersWide(30), charactersWide(96), charactersWide(44)});
    if (!centre_->restoreState(settings.get(settings::centreSplit)))
        centre_->setSizes({height() * 3 / 5, height() * 2 / 5});
    const QStringList pages = settings.get(settings::pages);
    const std::array<QTabWidget*, 3> groups{upper_, lower_, right_};
    for (size_t i = 0; i < groups.size() && qsizetype(i) < pages.size(); ++i)
        groups[i]->setCurrentIndex(pages[qsizetype(i)].toInt());
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    const bool works = workspace_.runs() && !workspace_.runs()->paused()
                       && workspace_.snapshot().running > 0;
    if (works
        && !dialogs::confirm(this, tr("Close Paretoscope"),
                             tr("A run is in progress. It goes back to the queue and starts over when "
                                "you go on."),
                             tr("Close"))) {
        event->ignore();
        return;
    }
    keepLayout();
    views_->keepLast();
    event->accept();
}

void MainWindow::keepLayout()
{
    ProgramSettings& settings = workspace_.settings();
    settings.set(settings::geometry, saveGeometry());
    settings.set(settings::columnsSplit, columns_->saveState());
    settings.set(settings::centreSplit, centre_->saveState());
    QStringList pages;
    for (const QTabWidget* tabs : {upper_, lower_, right_}) pages << QString::number(tabs->currentIndex());
    settings.set(settings::pages, pages);
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event)
{
    if (event->mimeData()->hasUrls()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event)
{
    for (const QUrl& url : event->mimeData()->urls())
        if (url.isLocalFile()) files_->open(url.toLocalFile());
    event->acceptProposedAction();
}

} // namespace paretoscope
