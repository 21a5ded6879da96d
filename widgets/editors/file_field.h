// A path with a button to choose it. The dialog belongs to the program, not to this widget.
#pragma once

#include <QWidget>

class QLineEdit;
class QToolButton;

namespace paretoscope {

class FileField : public QWidget {
    Q_OBJECT
public:
    // `name`: for screen readers and the button's tip: "text file".
    FileField(const QString& name, const QString& placeholder, QWidget* parent = nullptr);

    QString path() const;
    void setPath(const QString& path);
    // Why the path cannot be used, in words; empty when it is a readable file or left empty.
    QString error() const;

Q_SIGNALS:
    void changed();
    void browseRequested(); // answer with setPath

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    QLineEdit* line_;
    QToolButton* button_;
};

} // namespace paretoscope
