// A main window with settings and a store of its own.
#pragma once

#include "app/dialogs.h"
#include "app/plugin_host.h"
#include "app/window/main_window.h"
#include "core/model/open_model.h"
#include "tests/test_data.h"
#include "widgets/theme/theme.h"

#include <QDir>
#include <QTemporaryDir>

#include <memory>

namespace paretoscope::test {

// Folders of the build tree, as the program itself finds them.
inline void prepareProgram()
{
    setBuiltinModelFolders({std::filesystem::path(PARETOSCOPE_BINARY_DIR) / "share/paretoscope/models"});
    for (const auto& folder : {"lib/paretoscope/plugins"})
        PluginHost::instance().loadFolder(std::filesystem::path(PARETOSCOPE_BINARY_DIR) / folder);
    Theme::instance().apply(ThemeMode::Light);
}

class WindowFixture {
public:
    WindowFixture() { QVERIFY(folder_.isValid()); }

    QString path(const QString& name) const { return folder_.filePath(name); }

    // A new window on the same settings, as after a restart.
    MainWindow& open(const QString& store = QStringLiteral("runs.sqlite"))
    {
        window_.reset();
        settings_ = std::make_unique<ProgramSettings>(path(QStringLiteral("settings.ini")));
        window_ = std::make_unique<MainWindow>(
            *settings_, std::vector<std::string>{PARETOSCOPE_PROGRAM, "worker"});
        window_->resize(1280, 860);
        window_->show();
        if (!store.isEmpty()) window_->workspace().openStore(path(store));
        return *window_;
    }
    void close() { window_.reset(); }
    MainWindow& window() { return *window_; }

    // With PARETOSCOPE_SCREENSHOTS=FOLDER: a picture of what a step looks like.
    void look(const QString& name)
    {
        const QString target = qEnvironmentVariable("PARETOSCOPE_SCREENSHOTS");
        if (target.isEmpty()) return;
        QDir().mkpath(target);
        QCoreApplication::processEvents();
        window_->grab().save(QDir(target).filePath(name + QStringLiteral(".png")));
    }

private:
    QTemporaryDir folder_;
    std::unique_ptr<ProgramSettings> settings_;
    std::unique_ptr<MainWindow> window_;
};

} // namespace paretoscope::test
