#include "app/window/file_actions.h"

#include "app/dialogs.h"
#include "app/pages/frontier_controls.h"
#include "app/pages/frontier_page.h"
#include "app/pages/runs_page.h"
#include "app/program.h"
#include "app/services/workspace.h"
#include "core/base/error.h"
#include "widgets/basics/notice_bar.h"
#include "widgets/basics/text.h"

#include <QDir>
#include <QFileInfo>

using namespace Qt::StringLiterals;

namespace paretoscope {

FileActions::FileActions(Workspace& workspace, FrontierPage& frontier, RunsPage& runs,
                         QWidget* window)
    : QObject(window), workspace_(workspace), frontier_(frontier), runs_(runs), window_(window)
{
}

bool FileActions::looksLikeStore(const QString& path)
{
    QFile file(path);
    if (!QFileInfo(path).isFile() || !file.open(QIODevice::ReadOnly)) return false;
    const QStringList endings{u"sqlite"_s, u"db"_s, u"pareto"_s};
    return file.read(16).startsWith("SQLite format 3") || endings.contains(QFileInfo(path).suffix());
}

QString FileActions::shareFolder()
{
    const std::filesystem::path bin = programFile().parent_path();
    return toQt((bin / "../share/paretoscope").lexically_normal().string());
}

void FileActions::open(const QString& path)
{
    if (looksLikeStore(path)) {
        workspace_.openStore(path);
        return;
    }
    // A file inside a model's folder stands for the folder; only GGUF is a model by itself.
    const QFileInfo file(path);
    const bool inside = file.isFile() && file.suffix().toLower() != u"gguf"_s
                        && (file.suffix() == u"json"_s || file.suffix() == u"safetensors"_s);
    workspace_.openModel(inside ? file.absolutePath() : path);
}

QString FileActions::folder() const { return workspace_.settings().get(settings::lastFolder); }

void FileActions::rememberFolder(const QString& file)
{
    workspace_.settings().set(settings::lastFolder, QFileInfo(file).absolutePath());
}

void FileActions::openModel()
{
    const QString file = dialogs::openFile(
        window_, tr("Open a model"), folder(),
        tr("Models (*.gguf config.json paretoscope.json *.safetensors);;All files (*)"));
    if (file.isEmpty()) return;
    rememberFolder(file);
    open(file);
}

void FileActions::openModelFolder()
{
    const QString path = dialogs::openFolder(window_, tr("Open a model folder"), folder());
    if (path.isEmpty()) return;
    rememberFolder(path);
    workspace_.openModel(path);
}

void FileActions::openStore()
{
    const QString file = dialogs::openFile(window_, tr("Open a store"), folder(),
                                           tr("Stores (*.sqlite *.pareto *.db);;All files (*)"));
    if (file.isEmpty()) return;
    rememberFolder(file);
    workspace_.openStore(file);
}

void FileActions::newStore()
{
    QString file = dialogs::saveFile(window_, tr("New store"), folder() + u"/experiments.sqlite"_s,
                                     tr("Stores (*.sqlite)"));
    if (file.isEmpty()) return;
    if (QFileInfo(file).suffix().isEmpty()) file += u".sqlite"_s;
    rememberFolder(file);
    workspace_.openStore(file);
}

QString FileActions::suggestedFile(const QString& ending) const
{
    const QString store = workspace_.store() ? toQt(workspace_.store()->path().stem().string())
                                             : u"paretoscope"_s;
    return QDir(folder()).filePath(store + u'.' + ending);
}

void FileActions::exportChart()
{
    QString file = dialogs::saveFile(window_, tr("Export the chart"), suggestedFile(u"svg"_s),
                                     tr("SVG, vectors (*.svg);;PDF (*.pdf);;PNG, pixels (*.png)"));
    if (file.isEmpty()) return;
    if (QFileInfo(file).suffix().isEmpty()) file += u".svg"_s;
    rememberFolder(file);
    try {
        workspace_.exportChart(file, frontier_.data());
        frontier_.notice().showInfo(tr("The chart is in '%1'.").arg(file));
    } catch (const Error& error) {
        frontier_.notice().showError(toQt(error.what()));
    }
}

void FileActions::exportTable()
{
    QString file = dialogs::saveFile(window_, tr("Export the table"), suggestedFile(u"csv"_s),
                                     tr("CSV (*.csv);;JSON (*.json);;Markdown (*.md);;LaTeX (*.tex);;"
                                        "HTML (*.html)"));
    if (file.isEmpty()) return;
    if (QFileInfo(file).suffix().isEmpty()) file += u".csv"_s;
    rememberFolder(file);
    try {
        workspace_.exportTable(file);
        runs_.notice().showInfo(tr("The table is in '%1'.").arg(file));
    } catch (const Error& error) {
        runs_.notice().showError(toQt(error.what()));
    }
}

void FileActions::runDemo()
{
    if (!workspace_.runs()) return;
    try {
        const QString file = shareFolder() + u"/experiments/demo.json"_s;
        const ExperimentPlan plan = readExperimentPlan(fromQt(file));
        // The demo asks questions: its frontier is that of right answers.
        frontier_.controls().choose("file_bytes", "exact_match");
        workspace_.openModel(toQt(plan.model));
        workspace_.runs()->submit(plan);
    } catch (const Error& error) {
        frontier_.notice().showError(toQt(error.what()));
    }
}

} // namespace paretoscope
