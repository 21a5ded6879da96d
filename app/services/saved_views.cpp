#include "app/services/saved_views.h"

#include "app/services/workspace.h"
#include "core/base/log.h"
#include "widgets/basics/text.h"

#include <chrono>
#include <utility>

namespace paretoscope {

namespace {
const char* const namedViews = "named_views";
const char* const lastView = "last_view";
constexpr std::chrono::milliseconds pause{1500};
} // namespace

SavedViews::SavedViews(Workspace& workspace, QObject* parent)
    : QObject(parent)
    , workspace_(workspace)
{
    pause_.setSingleShot(true);
    pause_.setInterval(pause);
    connect(&pause_, &QTimer::timeout, this, &SavedViews::keepLast);
    connect(&workspace_, &Workspace::storeClosing, this, &SavedViews::keepLast);
    connect(&workspace_, &Workspace::snapshotChanged, this, &SavedViews::noteChange);
}

void SavedViews::addPart(const std::string& name, std::function<Json()> read, std::function<void(const Json&)> write)
{
    parts_.push_back({name, std::move(read), std::move(write)});
}

bool SavedViews::writable() const
{
    return workspace_.store() && workspace_.store()->writable();
}

Json SavedViews::read() const
{
    Json view = Json::object();
    for (const Part& part : parts_)
        view[part.name] = part.read();
    return view;
}

void SavedViews::write(const Json& view)
{
    if (!view.is_object()) return;
    restoring_ = true;
    for (const Part& part : parts_) {
        const auto state = view.find(part.name);
        if (state == view.end()) continue;
        try {
            part.write(*state);
        } catch (const Json::exception& error) {
            // Of another version, or edited by hand: what cannot be read stays as it is.
            logWarning("a saved view's part '{}' cannot be read: {}", part.name, error.what());
        }
    }
    restoring_ = false;
}

Json SavedViews::stored(const char* setting) const
{
    if (!workspace_.store()) return Json::object();
    const std::optional<std::string> text = workspace_.store()->reader().setting(setting);
    Json value = text ? Json::parse(*text, nullptr, false) : Json::object();
    return value.is_object() ? value : Json::object();
}

void SavedViews::store(const char* setting, const Json& value)
{
    if (!writable()) return;
    workspace_.store()->edit([&](Store& store) { store.setSetting(setting, value.dump()); });
}

QStringList SavedViews::names() const
{
    QStringList names;
    const Json views = stored(namedViews); // keys are sorted
    for (const auto& [name, view] : views.items())
        names << toQt(name);
    return names;
}

void SavedViews::save(const QString& name)
{
    Json views = stored(namedViews);
    views[fromQt(name)] = read();
    store(namedViews, views);
}

void SavedViews::show(const QString& name)
{
    const Json views = stored(namedViews);
    const auto view = views.find(fromQt(name));
    if (view != views.end()) write(*view);
}

void SavedViews::remove(const QString& name)
{
    Json views = stored(namedViews);
    if (views.erase(fromQt(name)) > 0) store(namedViews, views);
}

void SavedViews::noteChange()
{
    if (!restoring_) pause_.start();
}

void SavedViews::keepLast()
{
    pause_.stop();
    if (!writable() || workspace_.loading()) return;
    const Json view = read();
    const std::string text = workspace_.store()->path().string() + view.dump();
    if (text == lastKept_) return;
    lastKept_ = text;
    store(lastView, view);
}

void SavedViews::restoreLast()
{
    write(stored(lastView));
}

} // namespace paretoscope
