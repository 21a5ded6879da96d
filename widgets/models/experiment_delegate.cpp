#include "widgets/models/experiment_delegate.h"

#include "widgets/models/experiment_model.h"
#include "widgets/theme/icons.h"
#include "widgets/theme/spacing.h"
#include "widgets/theme/theme.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

namespace paretoscope {

namespace {

QRect checkRect(const QStyleOptionViewItem& option)
{
    const int side = spacing().large * 2 / 5 + 2;
    const int space = spacing().small;
    return {option.rect.left() + space, option.rect.top() + space + (option.fontMetrics.height() - side) / 2,
            side, side};
}

QRect nameRect(const QStyleOptionViewItem& option)
{
    const int left = checkRect(option).right() + spacing().small;
    return {left, option.rect.top() + spacing().small - 1, option.rect.right() - left - spacing().small,
            option.fontMetrics.height() + 2};
}

// As the style sheet draws check boxes.
void paintCheck(QPainter& painter, const QRect& box, bool checked)
{
    const ThemeColors& colors = Theme::instance().colors();
    painter.setPen(checked ? colors.accent : colors.muted);
    painter.setBrush(checked ? colors.accent : colors.surface);
    painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3);
    if (checked) themeIcon(QStringLiteral("done"), IconTint::OnAccent).paint(&painter, box.adjusted(1, 1, -1, -1));
}

// Pills from the right end of the line; returns the room that is left.
QRect paintTags(QPainter& painter, const QStyleOptionViewItem& option, QRect line, const QStringList& tags)
{
    const ThemeColors& colors = Theme::instance().colors();
    for (auto tag = tags.rbegin(); tag != tags.rend(); ++tag) {
        const int width = option.fontMetrics.horizontalAdvance(*tag) + spacing().small;
        if (width > line.width() / 2) break;
        const QRect pill(line.right() - width, line.top(), width, line.height());
        painter.setPen(Qt::NoPen);
        painter.setBrush(colors.hover);
        painter.drawRoundedRect(pill, 4, 4);
        painter.setPen(colors.muted);
        painter.drawText(pill, Qt::AlignCenter, *tag);
        line.setRight(pill.left() - spacing().tiny);
    }
    return line;
}

} // namespace

void ExperimentDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                               const QModelIndex& index) const
{
    const ThemeColors& colors = Theme::instance().colors();
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    if (option.state & QStyle::State_Selected) painter->fillRect(option.rect, colors.selection);
    else if (option.state & QStyle::State_MouseOver) painter->fillRect(option.rect, colors.hover);

    paintCheck(*painter, checkRect(option), index.data(Qt::CheckStateRole).toInt() == Qt::Checked);

    const QRect name = nameRect(option);
    painter->setFont(option.font);
    painter->setPen(index.data(ExperimentModel::ArchivedRole).toBool() ? colors.muted : colors.text);
    painter->drawText(name, Qt::AlignVCenter,
                      option.fontMetrics.elidedText(index.data().toString(), Qt::ElideRight, name.width()));
    QRect detail = name.translated(0, name.height() + 1);
    detail = paintTags(*painter, option, detail, index.data(ExperimentModel::TagsRole).toStringList());
    painter->setPen(colors.muted);
    painter->drawText(detail, Qt::AlignVCenter,
                      option.fontMetrics.elidedText(index.data(ExperimentModel::DetailRole).toString(),
                                                    Qt::ElideRight, detail.width()));
    if (option.state & QStyle::State_HasFocus) {
        painter->setBrush(Qt::NoBrush);
        painter->setPen(QPen(colors.accent, 1));
        painter->drawRect(option.rect.adjusted(0, 0, -1, -1));
    }
    painter->restore();
}

QSize ExperimentDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const
{
    return {charactersWide(20), option.fontMetrics.height() * 2 + 4 + spacing().small * 2};
}

void ExperimentDelegate::updateEditorGeometry(QWidget* editor, const QStyleOptionViewItem& option,
                                              const QModelIndex&) const
{
    editor->setGeometry(nameRect(option).adjusted(-3, -3, 3, 3));
}

bool ExperimentDelegate::editorEvent(QEvent* event, QAbstractItemModel* model,
                                     const QStyleOptionViewItem& option, const QModelIndex& index)
{
    bool toggles = false;
    if (event->type() == QEvent::MouseButtonRelease) {
        const int reach = spacing().small;
        toggles = checkRect(option).adjusted(-reach, -reach, reach, reach)
                      .contains(static_cast<QMouseEvent*>(event)->pos());
    } else if (event->type() == QEvent::KeyPress) {
        toggles = static_cast<QKeyEvent*>(event)->key() == Qt::Key_Space;
    }
    if (!toggles) return false;
    const bool checked = index.data(Qt::CheckStateRole).toInt() == Qt::Checked;
    return model->setData(index, checked ? Qt::Unchecked : Qt::Checked, Qt::CheckStateRole);
}

} // namespace paretoscope
