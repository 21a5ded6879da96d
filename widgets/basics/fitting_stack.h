// A stack as large as its current page, not as its largest. QStackedWidget's layout always counts
// every page.
#pragma once

#include <QVBoxLayout>
#include <QWidget>

namespace paretoscope {

class FittingStack : public QWidget {
public:
    explicit FittingStack(QWidget* parent = nullptr) : QWidget(parent), layout_(new QVBoxLayout(this))
    {
        layout_->setContentsMargins(0, 0, 0, 0);
    }

    // The first page is current.
    void addWidget(QWidget* page)
    {
        layout_->addWidget(page);
        if (current_) page->hide();
        else current_ = page;
    }
    void setCurrentWidget(QWidget* page)
    {
        current_->hide();
        current_ = page;
        current_->show();
    }
    QWidget* currentWidget() const { return current_; }

private:
    QVBoxLayout* layout_;
    QWidget* current_ = nullptr;
};

} // namespace paretoscope
