#include "widgets/editors/recipe_editor.h"

#include "core/base/error.h"
#include "core/strategy/strategy.h"
#include "widgets/basics/fitting_stack.h"
#include "widgets/basics/labels.h"
#include "widgets/basics/text.h"
#include "widgets/editors/step_card.h"
#include "widgets/editors/strategy_picker.h"
#include "widgets/forms/parameter_form.h"
#include "widgets/theme/icons.h"
#include "widgets/theme/spacing.h"

#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace paretoscope {

RecipeEditor::RecipeEditor(QWidget* parent)
    : QWidget(parent)
    , stack_(new FittingStack(this))
    , stepsPage_(new QWidget(stack_))
    , steps_(new QVBoxLayout)
    , empty_(makeLabel(tr("A recipe says what happens to the model, step by step. Without a step, "
                          "only the uncompressed model is measured."),
                       "muted", stepsPage_))
    , text_(makeLabel(QString(), "muted", stepsPage_))
    , add_(new QPushButton(themeIcon(u"add"_s), tr("Add a strategy"), stepsPage_))
    , picker_(new StrategyPicker(stack_))
{
    buildStepsPage();
    stack_->addWidget(stepsPage_);
    stack_->addWidget(picker_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(stack_);
    connect(add_, &QPushButton::clicked, this, [this] {
        stack_->setCurrentWidget(picker_);
        picker_->startChoosing();
    });
    connect(picker_, &StrategyPicker::chosen, this, [this](const QString& id) {
        addStep(fromQt(id));
        stack_->setCurrentWidget(stepsPage_);
        cards_.back()->form().setFocus();
    });
    connect(picker_, &StrategyPicker::cancelled, this, [this] {
        stack_->setCurrentWidget(stepsPage_);
        add_->setFocus();
    });
    arrange();
}

void RecipeEditor::buildStepsPage()
{
    auto* layout = new QVBoxLayout(stepsPage_);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(spacing().small);
    steps_->setSpacing(spacing().small);
    layout->addWidget(empty_);
    layout->addLayout(steps_);
    layout->addWidget(add_, 0, Qt::AlignLeft);
    layout->addWidget(text_);
    text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    text_->setAccessibleName(tr("Recipe as text"));
}

void RecipeEditor::addStep(const std::string& strategy)
{
    auto* card = new StepCard(StrategyRegistry::instance().get(strategy), stepsPage_);
    cards_.push_back(card);
    connect(card, &StepCard::changed, this, &RecipeEditor::refreshText);
    connect(card, &StepCard::moveRequested, this, [this, card](int by) { move(card, by); });
    connect(card, &StepCard::removeRequested, this, [this, card] { remove(card); });
    arrange();
}

void RecipeEditor::clear()
{
    for (StepCard* card : cards_) card->deleteLater();
    cards_.clear();
    arrange();
}

void RecipeEditor::setRecipe(const Recipe& recipe)
{
    clear();
    for (const RecipeStep& step : recipe.steps) {
        addStep(step.strategy);
        cards_.back()->form().setValues(step.settings.json());
    }
}

void RecipeEditor::arrange()
{
    for (size_t i = 0; i < cards_.size(); ++i) {
        steps_->removeWidget(cards_[i]);
        steps_->insertWidget(int(i), cards_[i]);
        cards_[i]->setPlace(int(i), int(cards_.size()));
    }
    empty_->setVisible(cards_.empty());
    add_->setText(cards_.empty() ? tr("Add a strategy") : tr("Stack another strategy"));
    refreshText();
}

void RecipeEditor::move(StepCard* card, int by)
{
    const auto place = std::find(cards_.begin(), cards_.end(), card);
    const ptrdiff_t from = place - cards_.begin(), to = from + by;
    if (to < 0 || to >= ptrdiff_t(cards_.size())) return;
    std::swap(cards_[size_t(from)], cards_[size_t(to)]);
    arrange();
}

void RecipeEditor::remove(StepCard* card)
{
    std::erase(cards_, card);
    card->deleteLater();
    card->hide();
    arrange();
    add_->setFocus();
}

std::vector<Recipe> RecipeEditor::recipes() const
{
    Recipe base;
    std::vector<SweepAxis> axes;
    for (const StepCard* card : cards_) {
        base.steps.push_back(card->step());
        for (SweepAxis& axis : card->axes()) axes.push_back(std::move(axis));
    }
    if (base.steps.empty()) return {};
    return expandSweep(base, axes);
}

int64_t RecipeEditor::runCount() const
{
    if (cards_.empty()) return 0;
    int64_t count = 1;
    for (const StepCard* card : cards_) count *= card->form().runCount();
    return count;
}

QString RecipeEditor::error() const
{
    for (const StepCard* card : cards_) {
        const QString error = card->form().error();
        if (!error.isEmpty()) return tr("%1: %2").arg(toQt(card->strategy().info().name), error);
    }
    try {
        recipes();
    } catch (const Error& error) {
        return toQt(error.what());
    }
    return {};
}

bool RecipeEditor::needsCalibration() const
{
    return std::any_of(cards_.begin(), cards_.end(), [](const StepCard* card) {
        const auto& needs = card->strategy().info().needs;
        return std::find(needs.begin(), needs.end(), "calibration") != needs.end();
    });
}

void RecipeEditor::reloadStrategies() { picker_->reload(); }

void RecipeEditor::refreshText()
{
    QString text;
    try {
        const std::vector<Recipe> all = recipes();
        if (all.size() == 1) text = toQt(all.front().text());
        else if (!all.empty())
            text = tr("%1\nto\n%2").arg(toQt(all.front().text()), toQt(all.back().text()));
    } catch (const Error&) {
        // The field that is wrong says so itself.
    }
    // Long recipes have no spaces to break at.
    text.replace(u","_s, u",\u200b"_s).replace(u"+"_s, u"+\u200b"_s);
    text_->setText(text);
    text_->setVisible(!text.isEmpty());
    Q_EMIT changed();
}

} // namespace paretoscope
