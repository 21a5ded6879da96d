#include "app/services/store_session.h"

#include "core/base/error.h"
#include "widgets/basics/text.h"

#include <QFileInfo>

#include <chrono>

namespace paretoscope {

namespace {
constexpr std::chrono::milliseconds pollInterval{300};
}

StoreSession::StoreSession(const std::filesystem::path& path, QObject* parent)
    : QObject(parent), path_(std::filesystem::absolute(path))
{
    const QFileInfo file(toQt(path_.string()));
    if (file.isDir()) fail(ErrorCode::BadFile, "'{}' is a folder, not a store", path_.string());
    writable_ = !file.exists() || file.isWritable();
    // Opening for writing makes the file and upgrades older ones.
    if (writable_) Store::open(path_, StoreAccess::ReadWrite)->requeueAbandonedRuns();
    reader_ = Store::open(path_, StoreAccess::ReadOnly);
    seen_ = reader_->changeCounter();
    connect(&timer_, &QTimer::timeout, this, &StoreSession::poll);
    timer_.start(pollInterval);
}

bool StoreSession::edit(const std::function<void(Store&)>& change)
{
    try {
        const std::unique_ptr<Store> writer = Store::open(path_, StoreAccess::ReadWrite);
        change(*writer);
    } catch (const Error& error) {
        Q_EMIT failed(toQt(error.what()));
        return false;
    }
    poll();
    return true;
}

void StoreSession::poll()
{
    try {
        const int64_t counter = reader_->changeCounter();
        lastError_.clear();
        if (counter == seen_) return;
        seen_ = counter;
        Q_EMIT changed();
    } catch (const Error& error) {
        // Said once, not three times a second.
        if (lastError_ == toQt(error.what())) return;
        lastError_ = toQt(error.what());
        Q_EMIT failed(lastError_);
    }
}

} // namespace paretoscope
