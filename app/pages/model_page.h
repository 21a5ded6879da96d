// The open model at a glance.
#pragma once

#include <QWidget>

class QFormLayout;
class QLabel;
class QScrollArea;
class QStackedWidget;
class QVBoxLayout;

namespace paretoscope {

class EmptyState;
class NoticeBar;
class PartBar;
class Workspace;

class ModelPage : public QWidget {
    Q_OBJECT
public:
    explicit ModelPage(Workspace& workspace, QWidget* parent = nullptr);

    NoticeBar& notice() const { return *notice_; }
    QString title() const;

Q_SIGNALS:
    void openModelRequested();
    void newExperimentRequested();

private:
    void build();
    QWidget* buildSummary();
    void refresh();
    void fillFacts();
    void addFact(const QString& name, const QString& value);

    Workspace& workspace_;
    NoticeBar* notice_;
    QStackedWidget* stack_;
    EmptyState* empty_;
    EmptyState* opening_;
    QLabel* title_;
    QLabel* path_;
    PartBar* parts_;
    QFormLayout* facts_;
    QLabel* warnings_;
};

} // namespace paretoscope
