#include "app/window/run_window.h"

#include "app/program.h"
#include "app/window/file_actions.h"
#include "app/window/main_window.h"
#include "core/base/error.h"
#include "core/base/log.h"
#include "widgets/basics/text.h"
#include "widgets/theme/theme.h"

#include <QApplication>
#include <QDir>
#include <QFileInfo>
#include <QPixmap>
#include <QStandardPaths>
#include <QTimer>

using namespace Qt::StringLiterals;

namespace paretoscope {

namespace {

QString settingsFile(const WindowOptions& options)
{
    if (!options.settingsFile.isEmpty()) return options.settingsFile;
    return QStandardPaths::writableLocation(QStandardPaths::AppConfigLocation) + u"/settings.ini"_s;
}

ThemeMode themeMode(const QString& name)
{
    if (name == u"light"_s) return ThemeMode::Light;
    return name == u"dark"_s ? ThemeMode::Dark : ThemeMode::System;
}

// The one asked for, the last one, or the user's own, which is made when it is not there.
QString storeToOpen(const WindowOptions& options, const ProgramSettings& settings)
{
    if (!options.store.isEmpty()) return options.store;
    for (const QString& path : settings.get(settings::recentStores))
        if (QFileInfo(path).isFile()) return path;
    const QString folder = QStandardPaths::writableLocation(QStandardPaths::AppDataLocation);
    QDir().mkpath(folder);
    return folder + u"/experiments.sqlite"_s;
}

void openFiles(MainWindow& window, const WindowOptions& options)
{
    QString store = storeToOpen(options, window.workspace().settings());
    QStringList others;
    for (const QString& file : options.files) {
        if (FileActions::looksLikeStore(file)) store = file;
        else others << file;
    }
    window.workspace().openStore(store);
    for (const QString& file : others) window.files().open(file);
}

// Once they are there.
void selectRuns(MainWindow& window, const QList<qint64>& runs)
{
    if (runs.isEmpty()) return;
    Workspace& workspace = window.workspace();
    QObject::connect(&workspace, &Workspace::snapshotChanged, &window, [&workspace, runs] {
        if (!workspace.loading() && workspace.selection().isEmpty()) workspace.select(runs);
    });
}

void scheduleScreenshot(MainWindow& window, const WindowOptions& options)
{
    if (options.screenshot.isEmpty()) return;
    QTimer::singleShot(options.screenshotAfterMs, &window, [&window, file = options.screenshot] {
        if (!window.grab().save(file)) logError("cannot write '{}'", fromQt(file));
        QApplication::quit();
    });
}

// Qt would end the process with a page of plugin names.
void requireDisplay()
{
    const bool chosen = qEnvironmentVariableIsSet("QT_QPA_PLATFORM");
    const bool display = !qEnvironmentVariableIsEmpty("DISPLAY")
                         || !qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY");
    if (!chosen && !display)
        fail(ErrorCode::Unsupported,
             "there is no display to open a window on; 'paretoscope --help' lists the commands");
}

} // namespace

int runWindow(QApplication& application, const WindowOptions& options)
{
    application.setApplicationDisplayName(QString());
    application.setWindowIcon(QIcon(u":/icons/chart.svg"_s));
    ProgramSettings settings(settingsFile(options));
    Theme::instance().apply(
        themeMode(options.theme.isEmpty() ? settings.get(settings::theme) : options.theme));
    std::vector<std::string> worker = options.workerCommand;
    if (worker.empty()) worker = {programFile().string(), "worker"};
    MainWindow window(settings, worker);
    if (!options.size.isEmpty()) window.resize(options.size);
    window.show();
    // The first frame is on the screen before any file is read.
    QTimer::singleShot(0, &window, [&] {
        openFiles(window, options);
        window.showPageNamed(options.page);
        selectRuns(window, options.select);
        scheduleScreenshot(window, options);
    });
    return application.exec();
}

int runWindow(int& argc, char** argv)
{
    QStringList words;
    for (int i = 1; i < argc; ++i) words << QString::fromLocal8Bit(argv[i]);
    const WindowOptions options = windowOptions(words);
    requireDisplay();
    const ProgramSetup setup(argc, argv, ProgramSetup::Kind::Window);
    return runWindow(*qApp, options);
}

} // namespace paretoscope
