// What the window is started with.
#pragma once

#include <QList>
#include <QSize>
#include <QString>
#include <QStringList>

#include <string>
#include <vector>

namespace paretoscope {

struct WindowOptions {
    QStringList files;        // models and stores to open
    QString settingsFile;     // INI; empty = the user's own
    QString store;            // empty = the last one, or the user's own
    std::vector<std::string> workerCommand; // empty = this program's `worker`

    // For developers: write a picture of the window after a while, and end.
    QString screenshot;
    int screenshotAfterMs = 1500;
    QSize size;               // empty = as it was
    QString theme;            // "light", "dark"; empty = as it was
    QString page;             // to the front; see MainWindow::showPageNamed
    QList<qint64> select;     // runs
};

// Words after the program's name. Error(BadUsage) for an unknown option.
WindowOptions windowOptions(const QStringList& words);

// Whether the program's first word asks for the window: a file, a built-in model, or one of its
// options.
bool opensWindow(const std::string& word);

} // namespace paretoscope
