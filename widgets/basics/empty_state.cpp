#include "widgets/basics/empty_state.h"

#include "widgets/basics/labels.h"
#include "widgets/theme/icons.h"
#include "widgets/theme/spacing.h"
#include "widgets/theme/theme.h"

#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace paretoscope {

EmptyState::EmptyState(const QString& icon, const QString& title, const QString& text,
                       QWidget* parent)
    : QWidget(parent)
    , icon_(new QLabel(this))
    , title_(makeLabel(title, "heading", this))
    , text_(makeLabel(text, "muted", this))
    , actions_(new QVBoxLayout)
    , iconName_(icon)
{
    setProperty("role", u"surface"_s);
    setAttribute(Qt::WA_StyledBackground);
    for (QLabel* label : {icon_, title_, text_}) label->setAlignment(Qt::AlignCenter);
    text_->setMaximumWidth(charactersWide(60));
    auto* layout = new QVBoxLayout(this);
    const int space = spacing().large;
    layout->setContentsMargins(space, space, space, space);
    layout->setSpacing(spacing().small);
    layout->addStretch(2);
    layout->addWidget(icon_);
    layout->addWidget(title_);
    auto* line = new QHBoxLayout; // an aligned label would not know its height
    line->addStretch(1);
    line->addWidget(text_, 100);
    line->addStretch(1);
    layout->addLayout(line);
    layout->addSpacing(spacing().small);
    layout->addLayout(actions_);
    layout->addStretch(3);
    const auto tint = [this] {
        const int side = spacing().large * 5 / 4;
        icon_->setPixmap(themeIcon(iconName_, IconTint::Muted).pixmap(side, side));
    };
    connect(&Theme::instance(), &Theme::changed, this, tint);
    tint();
}

void EmptyState::setText(const QString& title, const QString& text)
{
    title_->setText(title);
    text_->setText(text);
}

QPushButton* EmptyState::addAction(const QString& text)
{
    auto* button = actions_->isEmpty() ? makePrimaryButton(text, this) : new QPushButton(text, this);
    actions_->addWidget(button, 0, Qt::AlignHCenter);
    return button;
}

} // namespace paretoscope
