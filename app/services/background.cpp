#include "app/services/background.h"

#include <QMetaObject>
#include <QThreadPool>

#include <exception>

namespace paretoscope {

namespace {

constexpr int mostThreads = 2;

// Never the global pool: something slow there would hold up Qt's own work.
QThreadPool& pool()
{
    static QThreadPool threads;
    threads.setMaxThreadCount(mostThreads);
    return threads;
}

} // namespace

void runInBackground(QObject* context, std::function<void()> work, std::function<void()> done,
                     std::function<void(const QString& error)> failed)
{
    // The answer is posted to a relay, which outlives the work; the context may be gone by then.
    auto* relay = new QObject;
    const QPointer<QObject> owner(context);
    pool().start([relay, owner, work = std::move(work), done = std::move(done),
                  failed = std::move(failed)] {
        QString error;
        try {
            work();
        } catch (const std::exception& exception) {
            error = QString::fromUtf8(exception.what());
            if (error.isEmpty()) error = QStringLiteral("unknown error");
        }
        QMetaObject::invokeMethod(
            relay,
            [relay, owner, error, done, failed] {
                if (owner && error.isEmpty()) done();
                else if (owner) failed(error);
                relay->deleteLater();
            },
            Qt::QueuedConnection);
    });
}

void finishBackgroundWork() { pool().waitForDone(); }

} // namespace paretoscope
