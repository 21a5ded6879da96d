// The progress column of the queue: a thin bar under the words.
#pragma once

#include <QStyledItemDelegate>

namespace paretoscope {

class ProgressDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
};

} // namespace paretoscope
