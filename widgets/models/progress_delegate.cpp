#include "widgets/models/progress_delegate.h"

#include "widgets/models/queue_model.h"
#include "widgets/theme/theme.h"

#include <QPainter>

#include <algorithm>

namespace paretoscope {

void ProgressDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                             const QModelIndex& index) const
{
    QStyledItemDelegate::paint(painter, option, index);
    const QVariant fraction = index.data(QueueModel::FractionRole);
    if (!fraction.isValid()) return;
    const ThemeColors& colors = Theme::instance().colors();
    const QRectF track(option.rect.left() + 2, option.rect.bottom() - 3, option.rect.width() - 4, 3);
    painter->fillRect(track, colors.border);
    QRectF done = track;
    done.setWidth(track.width() * std::clamp(fraction.toDouble(), 0.0, 1.0));
    painter->fillRect(done, colors.accent);
}

} // namespace paretoscope
