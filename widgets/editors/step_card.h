// One step of a recipe: a strategy and its settings.
#pragma once

#include "core/strategy/recipe.h"
#include "core/strategy/strategy.h"

#include <QFrame>

class QLabel;
class QToolButton;

namespace paretoscope {

class ParameterForm;

class StepCard : public QFrame {
    Q_OBJECT
public:
    explicit StepCard(const Strategy& strategy, QWidget* parent = nullptr);

    const Strategy& strategy() const { return strategy_; }
    ParameterForm& form() const { return *form_; }
    RecipeStep step() const; // Error(BadUsage) when a setting is refused
    std::vector<SweepAxis> axes() const;
    void setPlace(int index, int count);

Q_SIGNALS:
    void changed();
    void moveRequested(int step); // -1 up, 1 down
    void removeRequested();

private:
    const Strategy& strategy_;
    QLabel* title_;
    ParameterForm* form_;
    QToolButton* up_;
    QToolButton* down_;
};

} // namespace paretoscope
