// What every way of starting the program sets up first.
#pragma once

#include <filesystem>
#include <memory>

class QCoreApplication;

namespace paretoscope {

// The Qt application object, plain number formats, the built-in models and the plugins. One a
// process. Paints: an application that can paint; on the offscreen platform unless
// QT_QPA_PLATFORM says otherwise, so that files look the same everywhere. Window: on the screen.
class ProgramSetup {
public:
    enum class Kind { Plain, Paints, Window };

    ProgramSetup(int& argc, char** argv, Kind kind);
    ~ProgramSetup();
    ProgramSetup(const ProgramSetup&) = delete;
    ProgramSetup& operator=(const ProgramSetup&) = delete;

private:
    std::unique_ptr<QCoreApplication> application_;
};

// This program's file: what a scheduler starts as its workers.
std::filesystem::path programFile();

// XDG_DATA_HOME/paretoscope or ~/.local/share/paretoscope; empty when neither is known.
std::filesystem::path userDataFolder();

// Tells the model level where the built-in models lie: share/paretoscope/models beside bin/, and
// the user's data folder.
void findBuiltinModels();

int openWindow(int argc, char** argv);

} // namespace paretoscope
