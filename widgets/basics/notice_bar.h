// One sentence on top of the page where something went wrong, until it is read.
#pragma once

#include <QFrame>

class QLabel;
class QToolButton;

namespace paretoscope {

class NoticeBar : public QFrame {
    Q_OBJECT
public:
    explicit NoticeBar(QWidget* parent = nullptr); // hidden

    void showError(const QString& sentence);
    void showInfo(const QString& sentence);
    QString text() const;

private:
    void showText(const QString& sentence, const char* role, const QString& icon);

    QLabel* icon_;
    QLabel* label_;
    QToolButton* close_;
};

} // namespace paretoscope
