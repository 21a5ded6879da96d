#include "app/pages/queue_page.h"

#include "app/services/workspace.h"
#include "widgets/basics/empty_state.h"
#include "widgets/basics/labels.h"
#include "widgets/basics/notice_bar.h"
#include "widgets/models/progress_delegate.h"
#include "widgets/models/queue_model.h"
#include "widgets/theme/spacing.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QStackedWidget>
#include <QTableView>

using namespace Qt::StringLiterals;

namespace paretoscope {

QueuePage::QueuePage(Workspace& workspace, QWidget* parent)
    : QWidget(parent)
    , workspace_(workspace)
    , model_(new QueueModel(this))
    , view_(new QTableView(this))
    , count_(makeLabel(QString(), "muted", this, false))
    , cancel_(new QToolButton(this))
    , retry_(new QToolButton(this))
    , retryAll_(new QToolButton(this))
    , notice_(new NoticeBar(this))
    , stack_(new QStackedWidget(this))
{
    build();
    connect(cancel_, &QToolButton::clicked, this, &QueuePage::cancelSelected);
    connect(retry_, &QToolButton::clicked, this, &QueuePage::retrySelected);
    connect(retryAll_, &QToolButton::clicked, this, &QueuePage::retryAllFailed);
    connect(view_->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &QueuePage::refreshButtons);
    connect(view_, &QTableView::activated, this, [this](const QModelIndex& index) {
        workspace_.showRun(index.data(QueueModel::RunIdRole).toLongLong());
    });
    connect(&workspace_, &Workspace::snapshotChanged, this, &QueuePage::refresh);
    connect(&workspace_, &Workspace::storeOpened, this, &QueuePage::connectRuns);
    connect(&workspace_, &Workspace::runsFailed, notice_, &NoticeBar::showError);
    refresh();
}

void QueuePage::build()
{
    setProperty("role", u"surface"_s);
    setAttribute(Qt::WA_StyledBackground);
    view_->setModel(model_);
    view_->setAccessibleName(tr("Run queue"));
    view_->setItemDelegateForColumn(QueueModel::ProgressColumn, new ProgressDelegate(view_));
    view_->setSelectionBehavior(QAbstractItemView::SelectRows);
    view_->setShowGrid(false);
    view_->setWordWrap(false);
    view_->setTabKeyNavigation(false);
    view_->setTextElideMode(Qt::ElideMiddle);
    view_->verticalHeader()->hide();
    view_->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + spacing().small);
    QHeaderView* columns = view_->horizontalHeader();
    columns->setHighlightSections(false);
    columns->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    columns->setStretchLastSection(true);
    columns->resizeSection(QueueModel::RecipeColumn, charactersWide(44));
    columns->resizeSection(QueueModel::ExperimentColumn, charactersWide(20));
    columns->resizeSection(QueueModel::StateColumn, charactersWide(12));
    cancel_->setText(tr("Cancel"));
    cancel_->setToolTip(tr("End the selected runs"));
    retry_->setText(tr("Retry"));
    retry_->setToolTip(tr("Queue the selected failed or cancelled runs again"));
    retryAll_->setText(tr("Retry all failed"));
    for (QToolButton* button : {cancel_, retry_, retryAll_}) button->setAccessibleName(button->text());
    stack_->addWidget(new EmptyState(u"queue"_s, tr("The queue is empty"),
                                     tr("Runs that you start wait here for their turn."), this));
    stack_->addWidget(view_);
    auto* header = new QHBoxLayout;
    header->setContentsMargins(spacing().medium, spacing().tiny, spacing().tiny, spacing().tiny);
    header->addWidget(count_, 1);
    for (QToolButton* button : {cancel_, retry_, retryAll_}) header->addWidget(button);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(header);
    layout->addWidget(notice_);
    layout->addWidget(stack_, 1);
}

void QueuePage::connectRuns()
{
    notice_->hide();
    connect(workspace_.runs(), &RunService::progressed, model_, &QueueModel::setProgress);
    connect(workspace_.runs(), &RunService::ended, model_, &QueueModel::clearProgress);
}

void QueuePage::refresh()
{
    const Snapshot& snapshot = workspace_.snapshot();
    model_->setRuns(snapshot.queue);
    QStringList parts;
    if (snapshot.running > 0) parts << tr("%L1 running").arg(snapshot.running);
    if (snapshot.queued > 0) parts << tr("%L1 waiting").arg(snapshot.queued);
    if (snapshot.failed > 0) parts << tr("%L1 failed").arg(snapshot.failed);
    parts << tr("%L1 done").arg(snapshot.done);
    count_->setText(parts.join(u" · "_s));
    stack_->setCurrentIndex(model_->rowCount() > 0 ? 1 : 0);
    refreshButtons();
}

QList<qint64> QueuePage::selected(bool open) const
{
    QList<qint64> runs;
    for (const QModelIndex& index : view_->selectionModel()->selectedRows()) {
        const auto state = RunState(index.data(QueueModel::StateRole).toInt());
        if (open == (state == RunState::Queued || state == RunState::Running))
            runs << index.data(QueueModel::RunIdRole).toLongLong();
    }
    return runs;
}

void QueuePage::refreshButtons()
{
    const bool writable = workspace_.store() && workspace_.store()->writable();
    cancel_->setEnabled(writable && !selected(true).isEmpty());
    retry_->setEnabled(writable && !selected(false).isEmpty());
    retryAll_->setEnabled(writable && workspace_.snapshot().failed > 0);
}

void QueuePage::cancelSelected() { workspace_.runs()->cancel(selected(true)); }

void QueuePage::retrySelected() { workspace_.runs()->retry(selected(false)); }

void QueuePage::retryAllFailed()
{
    RunQuery query;
    query.states = {RunState::Failed};
    const std::vector<int64_t> ids = workspace_.store()->reader().runIds(query);
    workspace_.runs()->retry({ids.begin(), ids.end()});
}

} // namespace paretoscope
