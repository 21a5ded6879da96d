// What happened since the window opened: log messages and what became of runs.
#pragma once

#include "core/base/log_listener.h"

#include <QDateTime>
#include <QObject>
#include <QString>

#include <vector>

namespace paretoscope {

class Workspace;

// GUI thread; messages of other threads arrive as queued calls. Keeps the newest `most` entries.
class LogBook : public QObject {
    Q_OBJECT
public:
    explicit LogBook(Workspace& workspace, QObject* parent = nullptr);

    struct Entry {
        QDateTime time;
        LogLevel level = LogLevel::Info;
        QString text;
    };
    static constexpr size_t most = 2000;

    const std::vector<Entry>& entries() const { return entries_; }
    void add(LogLevel level, const QString& text);
    void clear();

Q_SIGNALS:
    void changed();

private:
    void followRuns();
    void tellEnd(qint64 run);

    Workspace& workspace_;
    std::vector<Entry> entries_;
    LogListener listener_;
};

QString logLevelTitle(LogLevel level); // "Warning"

} // namespace paretoscope
