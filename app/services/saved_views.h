// What one looked at: kept in the store by name, and the last one by itself.
#pragma once

#include "core/base/json.h"

#include <QObject>
#include <QString>
#include <QStringList>
#include <QTimer>

#include <functional>
#include <string>
#include <vector>

namespace paretoscope {

class Workspace;

// Parts of the window say how they are read and written. GUI thread. A store that cannot be written keeps
// nothing and says nothing about it.
class SavedViews : public QObject {
    Q_OBJECT
public:
    explicit SavedViews(Workspace& workspace, QObject* parent = nullptr);

    void addPart(const std::string& name, std::function<Json()> read, std::function<void(const Json&)> write);

    QStringList names() const; // sorted
    bool writable() const;
    void save(const QString& name); // replaces one of the same name
    void show(const QString& name); // nothing when it is not there
    void remove(const QString& name);

    void keepLast(); // now; it is kept a moment after changes anyway
    void restoreLast();
    void noteChange(); // something of the view is different

private:
    Json read() const;
    void write(const Json& view);
    Json stored(const char* setting) const;
    void store(const char* setting, const Json& value);

    struct Part {
        std::string name;
        std::function<Json()> read;
        std::function<void(const Json&)> write;
    };
    Workspace& workspace_;
    std::vector<Part> parts_;
    QTimer pause_;
    std::string lastKept_;
    bool restoring_ = false;
};

} // namespace paretoscope
