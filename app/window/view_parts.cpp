#include "app/window/view_parts.h"

#include "app/pages/dimensions_page.h"
#include "app/pages/frontier_controls.h"
#include "app/pages/frontier_page.h"
#include "app/services/comparison_choice.h"
#include "app/services/saved_views.h"
#include "app/services/workspace.h"

#include <set>

namespace paretoscope {

namespace {

Json readWorkspace(const Workspace& workspace)
{
    const SnapshotRequest& request = workspace.request();
    const ComparisonChoice& choice = workspace.comparison();
    return {{"experiments", request.shown},
            {"archived", request.withArchived},
            {"filter", request.filter},
            {"sort", request.sortBy},
            {"descending", request.descending},
            {"pinned_a", choice.pinnedA() ? choice.a() : 0},
            {"pinned_b", choice.pinnedB() ? choice.b() : 0}};
}

// Experiments that are gone are left out; when all are, the newest is chosen as ever.
void writeWorkspace(Workspace& workspace, const Json& state)
{
    if (!state.is_object() || !workspace.store()) return;
    SnapshotRequest request = workspace.request();
    const auto wanted = state.value("experiments", std::set<int64_t>());
    std::set<int64_t> shown;
    for (const Experiment& experiment : workspace.store()->reader().experiments(true))
        if (wanted.contains(experiment.id)) shown.insert(experiment.id);
    if (shown.empty()) return;
    request.shown = shown;
    request.withArchived = state.value("archived", false);
    request.filter = state.value("filter", std::string());
    request.sortBy = state.value("sort", std::string("id"));
    request.descending = state.value("descending", false);
    workspace.show(request);
    const auto known = [&](const char* name) -> qint64 {
        const int64_t id = state.value(name, int64_t(0));
        return id != 0 && workspace.run(id) ? qint64(id) : 0;
    };
    workspace.comparison().restore(known("pinned_a"), known("pinned_b"));
}

} // namespace

void addViewParts(SavedViews& views, Workspace& workspace, FrontierPage& frontier, DimensionsPage& dimensions)
{
    FrontierControls& controls = frontier.controls();
    // The axes first: the workspace keeps those it has.
    views.addPart(
        "frontier", [&controls] { return controls.state(); },
        [&controls](const Json& state) { controls.restore(state); });
    views.addPart(
        "metrics", [&dimensions] { return dimensions.state(); },
        [&dimensions](const Json& state) { dimensions.restore(state); });
    views.addPart(
        "workspace", [&workspace] { return readWorkspace(workspace); },
        [&workspace](const Json& state) { writeWorkspace(workspace, state); });
    QObject::connect(&controls, &FrontierControls::changed, &views, &SavedViews::noteChange);
    QObject::connect(&workspace.comparison(), &ComparisonChoice::changed, &views, &SavedViews::noteChange);
}

} // namespace paretoscope
