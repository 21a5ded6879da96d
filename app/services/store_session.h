// One open store: reading for the GUI thread, small edits, news of other processes.
#pragma once

#include "core/store/store.h"

#include <QObject>
#include <QString>
#include <QTimer>

#include <filesystem>
#include <functional>
#include <memory>

namespace paretoscope {

// Throws Error when the file is not a store this version can read. GUI thread.
class StoreSession : public QObject {
    Q_OBJECT
public:
    explicit StoreSession(const std::filesystem::path& path, QObject* parent = nullptr);

    const std::filesystem::path& path() const { return path_; }
    const Store& reader() const { return *reader_; }
    bool writable() const { return writable_; } // false: a file we may only read

    // Opens the store for writing and edits it. False, and `failed`, when that went wrong.
    bool edit(const std::function<void(Store&)>& change);
    void poll(); // now, not at the next tick

Q_SIGNALS:
    void changed(); // something in the file is new
    void failed(const QString& error);

private:
    std::filesystem::path path_;
    std::unique_ptr<Store> reader_;
    bool writable_ = true;
    int64_t seen_ = 0;
    QTimer timer_;
    QString lastError_;
};

} // namespace paretoscope
