#include "app/pages/recipe_page.h"

#include "app/dialogs.h"
#include "app/services/workspace.h"
#include "core/base/error.h"
#include "core/run/run_executor.h"
#include "widgets/basics/labels.h"
#include "widgets/basics/notice_bar.h"
#include "widgets/basics/text.h"
#include "widgets/charts/series_style.h"
#include "widgets/editors/file_field.h"
#include "widgets/editors/recipe_editor.h"
#include "widgets/editors/task_editor.h"
#include "widgets/theme/spacing.h"

#include <QCheckBox>
#include <QFileInfo>
#include <QLineEdit>
#include <QScrollArea>
#include <QSpinBox>
#include <QVBoxLayout>

#include <limits>

using namespace Qt::StringLiterals;

namespace paretoscope {

RecipePage::RecipePage(Workspace& workspace, QWidget* parent)
    : QWidget(parent)
    , workspace_(workspace)
    , notice_(new NoticeBar(this))
    , area_(new QScrollArea(this))
    , model_(makeLabel(QString(), "", this))
    , openModel_(new QPushButton(tr("Open a model"), this))
    , name_(new QLineEdit(this))
    , recipe_(new RecipeEditor(this))
    , tasks_(new TaskEditor(this))
    , race_(new QCheckBox(tr("S&top runs that are certainly dominated"), this))
    , calibrationPart_(new QWidget(this))
    , calibration_(new FileField(tr("calibration text"), tr("Text file, UTF-8"), this))
    , seed_(new QSpinBox(this))
    , summary_(makeLabel(QString(), "muted", this))
    , start_(makePrimaryButton(tr("Start"), this))
{
    build();
    connectAll();
    refresh();
}

void RecipePage::addSection(QVBoxLayout& layout, const QString& title)
{
    layout.addSpacing(spacing().small);
    layout.addWidget(makeLabel(title, "title", this, false));
}

void RecipePage::build()
{
    setProperty("role", u"surface"_s);
    setAttribute(Qt::WA_StyledBackground);
    name_->setAccessibleName(tr("Name of the experiment"));
    seed_->setRange(0, std::numeric_limits<int>::max());
    seed_->setValue(1);
    seed_->setAccessibleName(tr("Seed"));
    auto* content = new QWidget(area_);
    content->setProperty("role", u"surface"_s);
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(spacing().panel());
    layout->setSpacing(spacing().small);
    layout->addWidget(makeLabel(tr("Model"), "title", this, false));
    layout->addWidget(model_);
    layout->addWidget(openModel_, 0, Qt::AlignLeft);
    addSection(*layout, tr("Recipe"));
    layout->addWidget(recipe_);
    addSection(*layout, tr("What to measure"));
    layout->addWidget(tasks_);
    race_->setToolTip(tr("A run that will surely end below another, which costs no more, is ended after some of its "
                         "questions and not shown as measured. At most 1 in 100 is ended wrongly."));
    layout->addWidget(race_);
    auto* calibration = new QVBoxLayout(calibrationPart_);
    calibration->setContentsMargins(0, 0, 0, 0);
    calibration->setSpacing(spacing().tiny);
    calibration->addWidget(makeLabel(tr("Calibration text"), "title", this, false));
    calibration->addWidget(calibration_);
    calibration->addWidget(makeLabel(tr("The recipe looks at this text. Use another one than for "
                                        "measuring."),
                                     "muted", this));
    layout->addWidget(calibrationPart_);
    auto* seedRow = new QHBoxLayout;
    auto* seedLabel = makeLabel(tr("S&eed"), "", this, false);
    seedLabel->setBuddy(seed_);
    seedRow->addWidget(seedLabel);
    seedRow->addWidget(seed_);
    seedRow->addStretch();
    layout->addLayout(seedRow);
    addSection(*layout, tr("Name of the experiment"));
    layout->addWidget(name_);
    layout->addStretch(1);
    area_->setWidget(content);
    area_->setWidgetResizable(true);
    area_->setFocusPolicy(Qt::NoFocus);
    area_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* footer = new QHBoxLayout;
    footer->setContentsMargins(spacing().panel());
    footer->addWidget(summary_, 1);
    footer->addWidget(start_);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->setSpacing(0);
    outer->addWidget(notice_);
    outer->addWidget(area_, 1);
    outer->addLayout(footer);
}

void RecipePage::connectAll()
{
    const QString text = workspace_.settings().get(settings::lastText);
    if (FileField* field = tasks_->textField("perplexity"); field && QFileInfo::exists(text))
        field->setPath(text);
    connect(openModel_, &QPushButton::clicked, this, &RecipePage::openModelRequested);
    connect(recipe_, &RecipeEditor::changed, this, &RecipePage::refresh);
    connect(tasks_, &TaskEditor::changed, this, &RecipePage::refresh);
    connect(tasks_, &TaskEditor::browseRequested, this, &RecipePage::browse);
    connect(calibration_, &FileField::changed, this, &RecipePage::refresh);
    connect(calibration_, &FileField::browseRequested, this, [this] { browse(calibration_); });
    connect(name_, &QLineEdit::textEdited, this, [this](const QString& typed) {
        nameIsOurs_ = typed.trimmed().isEmpty();
        refresh();
    });
    connect(start_, &QPushButton::clicked, this, &RecipePage::start);
    connect(&workspace_, &Workspace::modelOpening, this, &RecipePage::refresh);
    connect(&workspace_, &Workspace::modelOpened, this, &RecipePage::refresh);
    connect(&workspace_, &Workspace::modelFailed, this, &RecipePage::refresh);
    connect(&workspace_, &Workspace::storeOpened, this, [this] {
        submitting_ = false;
        connect(workspace_.runs(), &RunService::submitted, this, [this] {
            submitting_ = false;
            notice_->hide();
            refresh();
            Q_EMIT started();
        });
        connect(workspace_.runs(), &RunService::refused, this, [this](const QString& error) {
            submitting_ = false;
            notice_->showError(error);
            refresh();
        });
        refresh();
    });
}

void RecipePage::browse(FileField* field)
{
    const QString start = field->path().isEmpty() ? workspace_.settings().get(settings::lastFolder)
                                                  : field->path();
    const QString file = dialogs::openFile(this, tr("Choose a text file"), start,
                                           tr("Texts (*.txt *.md *.json *.jsonl);;All files (*)"));
    if (file.isEmpty()) return;
    workspace_.settings().set(settings::lastFolder, QFileInfo(file).absolutePath());
    if (field != calibration_) workspace_.settings().set(settings::lastText, file);
    field->setPath(file);
}

QString RecipePage::missing() const
{
    if (!workspace_.store()) return tr("Open a store first.");
    if (!workspace_.store()->writable()) return tr("The store can only be read, so nothing can be added.");
    if (workspace_.openingModel()) return tr("The model is being opened.");
    if (!workspace_.model()) return tr("Open a model first.");
    const QString recipeError = recipe_->error();
    if (!recipeError.isEmpty()) return recipeError;
    const QString taskError = tasks_->error();
    if (!taskError.isEmpty()) return taskError;
    if (recipe_->needsCalibration() && calibration_->path().isEmpty())
        return tr("Choose a calibration text.");
    if (!calibration_->error().isEmpty()) return calibration_->error();
    if (name_->text().trimmed().isEmpty()) return tr("Give the experiment a name.");
    return submitting_ ? tr("Checking the recipes…") : QString();
}

void RecipePage::suggestName()
{
    if (!nameIsOurs_) return;
    QString name = workspace_.model() ? toQt(workspace_.model()->name) : QString();
    try {
        const std::vector<Recipe> recipes = recipe_->recipes();
        if (!recipes.empty()) name += u": "_s + toQt(recipeSignature(recipes.front().text()));
    } catch (const Error&) {
        return; // the field that is wrong says so itself
    }
    name_->setText(name);
}

void RecipePage::refresh()
{
    suggestName();
    const bool open = workspace_.model() != nullptr;
    model_->setText(open ? toQt(workspace_.model()->name) : tr("None yet"));
    setRole(model_, open ? "" : "muted");
    openModel_->setText(open ? tr("Open another model") : tr("Open a model"));
    calibrationPart_->setVisible(recipe_->needsCalibration());
    race_->setEnabled(raceMetric(tasks_->requests()).has_value());
    const QString problem = missing();
    const int64_t runs = recipe_->runCount();
    QString text = runs == 0   ? tr("Only the baseline.")
                   : runs == 1 ? tr("1 run and the baseline.")
                               : tr("%L1 runs and the baseline.").arg(runs);
    if (!problem.isEmpty()) text = problem;
    summary_->setText(text);
    start_->setEnabled(problem.isEmpty());
    start_->setToolTip(problem);
}

ExperimentPlan RecipePage::plan() const
{
    ExperimentPlan plan;
    plan.name = fromQt(name_->text().trimmed());
    plan.model = fromQt(workspace_.modelPath());
    for (const Recipe& recipe : recipe_->recipes()) plan.recipes.push_back(recipe.text());
    plan.tasks = tasks_->requests();
    plan.seed = uint64_t(seed_->value());
    if (race_->isChecked()) plan.race = raceMetric(plan.tasks).value_or("");
    if (recipe_->needsCalibration()) plan.calibrationFile = fromQt(calibration_->path());
    return plan;
}

void RecipePage::start()
{
    notice_->hide();
    try {
        submitting_ = true;
        workspace_.runs()->submit(plan());
    } catch (const Error& error) {
        submitting_ = false;
        notice_->showError(toQt(error.what()));
    }
    refresh();
}

void RecipePage::startOver()
{
    notice_->hide();
    recipe_->clear();
    nameIsOurs_ = true;
    refresh();
    recipe_->setFocus();
}

void RecipePage::reuse(const Run& run)
{
    try {
        recipe_->setRecipe(parseRecipe(run.request.recipe));
        tasks_->setRequests(run.request.tasks);
        seed_->setValue(int(run.request.seed));
        if (!run.request.calibrationFile.empty()) calibration_->setPath(toQt(run.request.calibrationFile));
        nameIsOurs_ = true;
        refresh();
        if (workspace_.modelPath() != toQt(run.request.model)) workspace_.openModel(toQt(run.request.model));
    } catch (const Error& error) {
        notice_->showError(toQt(error.what()));
    }
}

} // namespace paretoscope
