#include "app/services/workspace.h"

#include "app/services/background.h"
#include "app/services/comparison_choice.h"
#include "core/base/error.h"
#include "core/model/open_model.h"
#include "widgets/basics/text.h"

#include <QFileInfo>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace paretoscope {

Workspace::Workspace(ProgramSettings& settings, std::vector<std::string> workerCommand,
                     QObject* parent)
    : QObject(parent)
    , settings_(settings)
    , workerCommand_(std::move(workerCommand))
    , comparison_(new ComparisonChoice(this))
{
    request_.xMetric = fromQt(settings_.get(settings::xMetric));
    request_.yMetric = fromQt(settings_.get(settings::yMetric));
}

Workspace::~Workspace()
{
    runs_.reset();
    loader_.reset();
    finishBackgroundWork();
}

bool Workspace::openStore(const QString& path)
{
    std::unique_ptr<StoreSession> opened;
    try {
        opened = std::make_unique<StoreSession>(std::filesystem::path(fromQt(path)));
    } catch (const std::exception& error) {
        Q_EMIT storeFailed(toQt(error.what()));
        return false;
    }
    if (store_) Q_EMIT storeClosing();
    runs_.reset();
    loader_.reset();
    store_ = std::move(opened);
    snapshot_ = std::make_shared<Snapshot>();
    request_.shown.clear();
    request_.filter.clear();
    loadedOnce_ = false;
    chooseShown_ = true;
    selection_.clear();
    comparison_->forget();
    connectStore();
    settings_.remember(settings::recentStores, toQt(store_->path().string()));
    Q_EMIT storeOpened();
    Q_EMIT snapshotChanged();
    Q_EMIT selectionChanged();
    refresh();
    return true;
}

void Workspace::connectStore()
{
    runs_ = std::make_unique<RunService>(*store_, workerCommand_);
    loader_ = std::make_unique<SnapshotLoader>(store_->path());
    connect(store_.get(), &StoreSession::changed, this, &Workspace::refresh);
    connect(store_.get(), &StoreSession::failed, this, &Workspace::runsFailed);
    connect(runs_.get(), &RunService::failed, this, &Workspace::runsFailed);
    connect(runs_.get(), &RunService::submitted, this, [this](qint64 experiment) {
        chooseShown_ = false;
        if (!request_.shown.contains(experiment)) setShown({experiment});
    });
    connect(loader_.get(), &SnapshotLoader::loaded, this, &Workspace::accept);
    connect(loader_.get(), &SnapshotLoader::failed, this, &Workspace::runsFailed);
}

void Workspace::refresh()
{
    if (loader_) loader_->request(request_);
}

void Workspace::accept(std::shared_ptr<const Snapshot> snapshot)
{
    // Opened for the first time: the newest experiment is what most people come back for.
    if (chooseShown_ && !snapshot->experiments.empty()) {
        chooseShown_ = false;
        request_.shown = {snapshot->experiments.front().id};
        refresh();
        return;
    }
    const bool stale = !(snapshot->request == request_);
    if (stale && loader_->busy()) return; // the right one is on its way
    loadedOnce_ = true;
    snapshot_ = std::move(snapshot);
    Q_EMIT snapshotChanged();
}

std::optional<Run> Workspace::run(qint64 id)
{
    std::vector<Run> found = runsById({id});
    return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

std::vector<Run> Workspace::runsById(const std::vector<int64_t>& ids)
{
    if (!store_) return {};
    try {
        return store_->reader().runsById(ids);
    } catch (const Error& error) {
        Q_EMIT runsFailed(toQt(error.what()));
        return {};
    }
}

void Workspace::openModel(const QString& pathOrName)
{
    const bool builtin = pathOrName.startsWith(u"builtin:"_s);
    const QString path = builtin ? pathOrName : QFileInfo(pathOrName).absoluteFilePath();
    openingModel_ = path;
    Q_EMIT modelOpening();
    runInBackground<ModelPtr>(
        this, [name = fromQt(path)] { return paretoscope::openModel(name); },
        [this, path](ModelPtr model) {
            if (openingModel_ != path) return; // another one was asked for since
            openingModel_.clear();
            model_ = std::move(model);
            modelPath_ = path;
            settings_.remember(settings::recentModels, path);
            Q_EMIT modelOpened();
        },
        [this, path](const QString& error) {
            if (openingModel_ != path) return;
            openingModel_.clear();
            Q_EMIT modelFailed(error);
        });
}

void Workspace::setShown(const std::set<int64_t>& experiments)
{
    chooseShown_ = false;
    if (request_.shown == experiments) return;
    request_.shown = experiments;
    refresh();
}

void Workspace::setWithArchived(bool with)
{
    if (std::exchange(request_.withArchived, with) != with) refresh();
}

void Workspace::setFilter(const QString& text)
{
    const std::string filter = fromQt(text.trimmed());
    if (std::exchange(request_.filter, filter) != filter) refresh();
}

void Workspace::setSort(const QString& sortBy, bool descending)
{
    const std::string name = fromQt(sortBy);
    if (request_.sortBy == name && request_.descending == descending) return;
    request_.sortBy = name;
    request_.descending = descending;
    refresh();
}

void Workspace::setMetrics(const std::string& x, const std::string& y)
{
    if (request_.xMetric == x && request_.yMetric == y) return;
    request_.xMetric = x;
    request_.yMetric = y;
    settings_.set(settings::xMetric, toQt(x));
    settings_.set(settings::yMetric, toQt(y));
    refresh();
}

void Workspace::show(const SnapshotRequest& request)
{
    chooseShown_ = false;
    SnapshotRequest wanted = request;
    wanted.otherMetrics = request_.otherMetrics;
    if (wanted == request_) return;
    request_ = std::move(wanted);
    refresh();
}

void Workspace::setOtherMetrics(const std::string& view, const std::vector<std::string>& metrics)
{
    otherMetrics_[view] = metrics;
    std::set<std::string> all;
    for (const auto& [name, wanted] : otherMetrics_) all.insert(wanted.begin(), wanted.end());
    std::vector<std::string> names(all.begin(), all.end());
    if (std::exchange(request_.otherMetrics, names) != names) refresh();
}

void Workspace::select(const QList<qint64>& runs)
{
    if (selection_ == runs) return;
    selection_ = runs;
    comparison_->follow(selection_, runs.size() == 1 ? baselineOf(runs.front()) : 0);
    Q_EMIT selectionChanged();
}

qint64 Workspace::baselineOf(qint64 run) const
{
    const std::vector<Run>& points = snapshot_->points;
    const auto found = std::find_if(points.begin(), points.end(), [&](const Run& r) { return r.id == run; });
    if (found == points.end()) return 0;
    for (const Run& point : points)
        if (point.baseline() && point.experimentId == found->experimentId) return point.id;
    return 0;
}

void Workspace::showRun(qint64 run)
{
    select({run});
    Q_EMIT detailsRequested();
}

void Workspace::showMeasurements(qint64 run)
{
    select({run});
    Q_EMIT measurementsRequested();
}

} // namespace paretoscope
