#include "app/program.h"

#include "app/plugin_host.h"
#include "app/window/run_window.h"
#include "core/base/error.h"
#include "core/base/log.h"
#include "core/base/version.h"
#include "core/model/open_model.h"

#include <QApplication>

#include <clocale>
#include <cstdlib>

namespace paretoscope {

namespace {

// Qt's remarks are for developers: they go to the log, which shows them only when asked.
void logQtMessage(QtMsgType type, const QMessageLogContext&, const QString& message)
{
    const bool serious = type == QtCriticalMsg || type == QtFatalMsg;
    logMessage(serious ? LogLevel::Error : LogLevel::Info, message.toStdString());
}

void nameApplication()
{
    qInstallMessageHandler(logQtMessage);
    QCoreApplication::setApplicationName(QStringLiteral("paretoscope"));
    QCoreApplication::setApplicationVersion(QString::fromLatin1(version()));
}

} // namespace

ProgramSetup::ProgramSetup(int& argc, char** argv, Kind kind)
{
    nameApplication();
    if (kind != Kind::Plain) {
        if (kind == Kind::Paints && !qEnvironmentVariableIsSet("QT_QPA_PLATFORM"))
            qputenv("QT_QPA_PLATFORM", "offscreen");
        application_ = std::make_unique<QApplication>(argc, argv);
    } else {
        application_ = std::make_unique<QCoreApplication>(argc, argv);
    }
    std::setlocale(LC_NUMERIC, "C"); // Qt takes the user's
    findBuiltinModels();
    loadAllPlugins();
}

ProgramSetup::~ProgramSetup() = default;

std::filesystem::path programFile()
{
    std::error_code error;
    const std::filesystem::path file = std::filesystem::read_symlink("/proc/self/exe", error);
    if (error) fail(ErrorCode::Io, "cannot tell where this program lies: {}", error.message());
    return file;
}

std::filesystem::path userDataFolder()
{
    const char* data = std::getenv("XDG_DATA_HOME");
    const char* home = std::getenv("HOME");
    if (data && *data) return std::filesystem::path(data) / "paretoscope";
    if (home && *home) return std::filesystem::path(home) / ".local/share/paretoscope";
    return {};
}

void findBuiltinModels()
{
    const std::filesystem::path beside = programFile().parent_path() / "../share/paretoscope/models";
    std::vector<std::filesystem::path> folders{beside.lexically_normal()};
    if (const auto data = userDataFolder(); !data.empty()) folders.push_back(data / "models");
    setBuiltinModelFolders(std::move(folders));
}

int openWindow(int argc, char** argv)
{
    return runWindow(argc, argv);
}

} // namespace paretoscope
