// The frontier: chart, its controls, and what to do while there is nothing to draw.
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;
class QStackedWidget;

namespace paretoscope {

class ChartView;
class EmptyState;
class FrontierControls;
class NoticeBar;
class Workspace;
struct FrontierChartData;

class FrontierPage : public QWidget {
    Q_OBJECT
public:
    explicit FrontierPage(Workspace& workspace, QWidget* parent = nullptr);

    ChartView& view() const { return *view_; }
    FrontierControls& controls() const { return *controls_; }
    const FrontierChartData& data() const;
    NoticeBar& notice() const { return *notice_; }

Q_SIGNALS:
    void openModelRequested();
    void openStoreRequested();
    void demoRequested();
    void newExperimentRequested();

private:
    void build();
    void redraw();
    bool chooseMeasuredAxes();
    void showEmpty();
    QString emptyReason() const;
    QString summaryText() const;
    QString findingText() const;
    QString limitText() const;

    Workspace& workspace_;
    FrontierControls* controls_;
    NoticeBar* notice_;
    QStackedWidget* stack_;
    EmptyState* welcome_;
    EmptyState* waiting_;
    ChartView* view_;
    QLabel* finding_;
    QLabel* summary_;
    bool axesAreFresh_ = true; // of this store; nobody has chosen yet
};

} // namespace paretoscope
