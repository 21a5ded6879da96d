// Reads snapshots on a thread of its own, so that a store of any size never holds up the window.
#pragma once

#include "app/services/snapshot.h"

#include <QObject>
#include <QThread>

#include <filesystem>
#include <memory>
#include <optional>

namespace paretoscope {

// One store. While a snapshot is being read, only the newest of further requests is kept.
class SnapshotLoader : public QObject {
    Q_OBJECT
public:
    explicit SnapshotLoader(const std::filesystem::path& store, QObject* parent = nullptr);
    ~SnapshotLoader() override; // waits for the read under way

    void request(const SnapshotRequest& request);
    bool busy() const { return busy_; }

Q_SIGNALS:
    void loaded(std::shared_ptr<const paretoscope::Snapshot> snapshot);
    void failed(const QString& error);

private:
    struct Reader;
    void start(const SnapshotRequest& request);
    void finish(std::shared_ptr<const Snapshot> snapshot, const QString& error);

    QThread thread_;
    QObject* home_; // lives on the thread
    std::shared_ptr<Reader> reader_;
    bool busy_ = false;
    std::optional<SnapshotRequest> next_;
};

} // namespace paretoscope
