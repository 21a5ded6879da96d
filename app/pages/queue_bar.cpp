#include "app/pages/queue_bar.h"

#include "app/services/workspace.h"
#include "widgets/basics/labels.h"
#include "widgets/basics/metric_format.h"
#include "widgets/basics/text.h"
#include "widgets/theme/icons.h"
#include "widgets/theme/spacing.h"

#include <QHBoxLayout>
#include <QProgressBar>

using namespace Qt::StringLiterals;

namespace paretoscope {

QueueBar::QueueBar(Workspace& workspace, QWidget* parent)
    : QWidget(parent)
    , workspace_(workspace)
    , label_(makeLabel(QString(), "muted", this, false))
    , bar_(new QProgressBar(this))
    , pause_(makeIconButton(u"pause"_s, QString(), this))
    , cancel_(makeIconButton(u"cancel"_s, tr("Cancel every run of the queue"), this))
{
    bar_->setTextVisible(false);
    bar_->setRange(0, 1000);
    bar_->setFixedWidth(charactersWide(24));
    bar_->setAccessibleName(tr("Progress of the run"));
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(spacing().medium, 0, spacing().tiny, 0);
    layout->setSpacing(spacing().small);
    layout->addWidget(label_, 1);
    layout->addWidget(bar_);
    layout->addWidget(pause_);
    layout->addWidget(cancel_);
    connect(pause_, &QToolButton::clicked, this, &QueueBar::togglePause);
    connect(cancel_, &QToolButton::clicked, this, &QueueBar::cancelRequested);
    connect(&workspace_, &Workspace::snapshotChanged, this, &QueueBar::refresh);
    connect(&workspace_, &Workspace::storeOpened, this, &QueueBar::connectRuns);
    refresh();
}

QString QueueBar::text() const { return label_->text(); }

void QueueBar::connectRuns()
{
    running_.clear();
    connect(workspace_.runs(), &RunService::progressed, this, [this](const RunProgress& progress) {
        running_[progress.run] = progress;
        refresh();
    });
    connect(workspace_.runs(), &RunService::ended, this, [this](qint64 run) {
        running_.erase(run);
        refresh();
    });
    connect(workspace_.runs(), &RunService::stateChanged, this, &QueueBar::refresh);
    refresh();
}

// The running ones to their end, then the waiting ones as long as such runs took before.
double QueueBar::secondsLeft() const
{
    const Snapshot& snapshot = workspace_.snapshot();
    double seconds = 0;
    for (const auto& [run, progress] : running_) {
        if (progress.secondsLeft < 0) return -1;
        seconds += progress.secondsLeft;
    }
    if (snapshot.queued == 0) return running_.empty() ? -1 : seconds;
    if (snapshot.typicalSeconds < 0) return -1;
    return seconds + double(snapshot.queued) * snapshot.typicalSeconds;
}

void QueueBar::refresh()
{
    const Snapshot& snapshot = workspace_.snapshot();
    const bool paused = !workspace_.runs() || workspace_.runs()->paused();
    const bool open = snapshot.queued + snapshot.running > 0 || !running_.empty();
    QStringList parts;
    if (!open) {
        parts << tr("Nothing to run");
    } else if (running_.empty()) {
        const int64_t elsewhere = snapshot.running;
        if (elsewhere > 0) parts << tr("%L1 running in another program").arg(elsewhere);
        if (snapshot.queued > 0)
            parts << (paused ? tr("Paused: %L1 runs are waiting").arg(snapshot.queued)
                             : tr("%L1 runs are waiting").arg(snapshot.queued));
    } else {
        const RunProgress& first = running_.begin()->second;
        parts << (paused ? tr("Pausing after run %1").arg(first.run) : tr("Run %1").arg(first.run));
        if (!first.stage.empty()) parts << toQt(first.stage);
        if (snapshot.queued > 0) parts << tr("%L1 waiting").arg(snapshot.queued);
    }
    const double left = secondsLeft();
    if (open && left >= 0) parts << tr("%1 left").arg(formatDuration(left));
    label_->setText(parts.join(u" · "_s));
    bar_->setVisible(!running_.empty());
    if (!running_.empty()) bar_->setValue(int(running_.begin()->second.fraction * 1000));
    const QString action = paused ? tr("Go on with the queue") : tr("Pause after the current run");
    pause_->setIcon(themeIcon(paused ? u"play"_s : u"pause"_s));
    pause_->setToolTip(action);
    pause_->setAccessibleName(action);
    const bool writable = workspace_.store() && workspace_.store()->writable();
    pause_->setVisible(open && writable);
    cancel_->setVisible(open && writable);
}

void QueueBar::togglePause()
{
    if (!workspace_.runs()) return;
    if (workspace_.runs()->paused()) workspace_.runs()->resume();
    else workspace_.runs()->pause();
}

} // namespace paretoscope
