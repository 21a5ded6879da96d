// A small panel beside the mouse that says everything about a point.
#pragma once

#include <QFrame>

class QLabel;

namespace paretoscope {

// A child of the view it covers; lets the mouse through.
class HoverCard : public QFrame {
    Q_OBJECT
public:
    explicit HoverCard(QWidget* view);

    // `html` beside `anchor` (in the view), inside the view's borders.
    void showAt(const QPoint& anchor, const QString& html);
    QString text() const;

private:
    QLabel* label_;
};

} // namespace paretoscope
