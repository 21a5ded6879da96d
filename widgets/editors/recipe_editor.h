// Builds a recipe, and a sweep over it, from steps.
#pragma once

#include "core/strategy/recipe.h"

#include <QWidget>

#include <string>
#include <vector>

class QLabel;
class QPushButton;
class QVBoxLayout;

namespace paretoscope {

class FittingStack;
class StepCard;
class StrategyPicker;

class RecipeEditor : public QWidget {
    Q_OBJECT
public:
    explicit RecipeEditor(QWidget* parent = nullptr);

    void addStep(const std::string& strategy); // Error(BadUsage) for an unknown id
    void clear();
    // Shows a recipe that was run before. Error(BadUsage).
    void setRecipe(const Recipe& recipe);
    int stepCount() const { return int(cards_.size()); }
    StepCard& step(int index) const { return *cards_[size_t(index)]; }

    // Every recipe of the sweep, in order. Error(BadUsage) names the setting that is refused.
    std::vector<Recipe> recipes() const;
    int64_t runCount() const; // without the baseline
    QString error() const;    // the first complaint, or empty
    bool needsCalibration() const;
    void reloadStrategies();
    StrategyPicker& picker() const { return *picker_; }

Q_SIGNALS:
    void changed();

private:
    void buildStepsPage();
    void arrange();
    void move(StepCard* card, int by);
    void remove(StepCard* card);
    void refreshText();

    FittingStack* stack_;
    QWidget* stepsPage_;
    QVBoxLayout* steps_;
    QLabel* empty_;
    QLabel* text_;
    QPushButton* add_;
    StrategyPicker* picker_;
    std::vector<StepCard*> cards_;
};

} // namespace paretoscope
