// A whole and its parts as one thin bar with a legend.
#pragma once

#include <QString>
#include <QWidget>

#include <vector>

namespace paretoscope {

class PartBar : public QWidget {
    Q_OBJECT
public:
    struct Part {
        QString name;
        double amount = 0;
        QString text; // the amount as people read it
    };

    explicit PartBar(QWidget* parent = nullptr);
    void setParts(std::vector<Part> parts); // of amount zero are left out

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    int lineHeight() const;

    std::vector<Part> parts_;
    double total_ = 0;
};

} // namespace paretoscope
