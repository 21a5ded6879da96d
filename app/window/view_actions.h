// Pages, saved views, the command palette and the sheet of shortcuts.
#pragma once

#include "app/window/overlay_list.h"

#include <QObject>

#include <utility>
#include <vector>

class QAction;
class QMainWindow;
class QMenu;

namespace paretoscope {

class SavedViews;

class ViewActions : public QObject {
    Q_OBJECT
public:
    // `viewMenu` and `helpMenu` get what belongs there.
    ViewActions(SavedViews& views, QMenu* viewMenu, QMenu* helpMenu, QMainWindow* window);

    // Listed in order, with Ctrl+1 and so on.
    void addPages(const std::vector<std::pair<QString, QWidget*>>& pages);
    OverlayList& palette() const { return *palette_; }
    OverlayList& shortcuts() const { return *shortcuts_; }
    void openPalette();
    void openShortcuts();
    void saveView();

Q_SIGNALS:
    void pageRequested(QWidget* page);
    void saved(const QString& name);

private:
    std::vector<OverlayList::Entry> actionEntries(bool all) const; // those that cannot be used now as well
    void collect(const QMenu& menu, const QString& group, bool all,
                 std::vector<OverlayList::Entry>& entries) const;
    void fillViews();

    SavedViews& views_;
    QMainWindow* window_;
    QMenu* pagesMenu_;
    QMenu* viewsMenu_;
    OverlayList* palette_;
    OverlayList* shortcuts_;
};

} // namespace paretoscope
