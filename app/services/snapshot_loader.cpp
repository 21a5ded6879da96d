#include "app/services/snapshot_loader.h"

#include "core/base/error.h"

#include <QMetaObject>

#include <exception>

namespace paretoscope {

// Used on the loader's thread only; its connection is made there.
struct SnapshotLoader::Reader {
    std::filesystem::path path;
    std::unique_ptr<Store> store;

    Snapshot read(const SnapshotRequest& request)
    {
        if (!store) store = Store::open(path, StoreAccess::ReadOnly);
        return readSnapshot(*store, request);
    }
};

SnapshotLoader::SnapshotLoader(const std::filesystem::path& store, QObject* parent)
    : QObject(parent), home_(new QObject), reader_(std::make_shared<Reader>())
{
    reader_->path = store;
    home_->moveToThread(&thread_);
    connect(&thread_, &QThread::finished, home_, &QObject::deleteLater);
    thread_.setObjectName(QStringLiteral("snapshots"));
    thread_.start();
}

SnapshotLoader::~SnapshotLoader()
{
    thread_.quit();
    thread_.wait();
}

void SnapshotLoader::request(const SnapshotRequest& request)
{
    if (busy_) next_ = request;
    else start(request);
}

void SnapshotLoader::start(const SnapshotRequest& request)
{
    busy_ = true;
    QMetaObject::invokeMethod(
        home_,
        [this, reader = reader_, request] {
            std::shared_ptr<const Snapshot> snapshot;
            QString error;
            try {
                snapshot = std::make_shared<Snapshot>(reader->read(request));
            } catch (const std::exception& exception) {
                error = QString::fromUtf8(exception.what());
            }
            QMetaObject::invokeMethod(
                this, [this, snapshot, error] { finish(snapshot, error); }, Qt::QueuedConnection);
        },
        Qt::QueuedConnection);
}

void SnapshotLoader::finish(std::shared_ptr<const Snapshot> snapshot, const QString& error)
{
    busy_ = false;
    const std::optional<SnapshotRequest> next = std::exchange(next_, std::nullopt);
    if (next) start(*next);
    if (snapshot) Q_EMIT loaded(snapshot);
    else Q_EMIT failed(error);
}

} // namespace paretoscope
