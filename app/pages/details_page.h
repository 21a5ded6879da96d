// Everything about the selected run.
#pragma once

#include <QWidget>

class QPushButton;
class QStackedWidget;
class QTextBrowser;

namespace paretoscope {

class Workspace;

class DetailsPage : public QWidget {
    Q_OBJECT
public:
    explicit DetailsPage(Workspace& workspace, QWidget* parent = nullptr);

    QTextBrowser* text() const { return text_; }
    QPushButton* copyButton() const { return copy_; }

Q_SIGNALS:
    void reuseRequested(qint64 run); // its recipe, in the editor

private:
    void refresh();

    Workspace& workspace_;
    QStackedWidget* stack_;
    QTextBrowser* text_;
    QPushButton* copy_;
    QPushButton* reuse_;
    qint64 shown_ = 0;
    QString html_;
};

} // namespace paretoscope
