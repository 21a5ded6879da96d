// Stories from three domains with words of their own. Later sentences come back to people, objects
// and places of earlier ones.
#include "core/data/world/world_draw.h"

#include <fmt/format.h>

namespace paretoscope::world_kinds {

namespace {

struct Scene {
    std::string who, object, place;
};

Scene drawScene(WorldDraw& draw, const world::Domain& domain)
{
    return {fmt::format("{} {}", draw.word(domain.qualities), draw.word(domain.people)), draw.word(domain.objects),
            draw.word(domain.places)};
}

std::string sentence(WorldDraw& draw, const world::Domain& domain, const Scene& scene)
{
    switch (draw.below(4)) {
    case 0: return fmt::format("The {} {} the {} in the {}.", scene.who, draw.word(domain.verbs), scene.object, scene.place);
    case 1: return fmt::format("In the {} the {} sees the {} {}.", scene.place, scene.who, draw.word(domain.qualities), scene.object);
    case 2: return fmt::format("Then the {} {} the {} again.", scene.who, draw.word(domain.verbs), scene.object);
    default: return fmt::format("The {} goes to the {} with the {}.", scene.who, scene.place, scene.object);
    }
}

WorldItem make(WorldDraw& draw, const WorldLevel& level)
{
    const world::Domain& domain = world::domains()[draw.below(world::domains().size())];
    const Scene scenes[] = {drawScene(draw, domain), drawScene(draw, domain)};
    WorldItem item;
    item.text = fmt::format("Story: Domain {}.", domain.name);
    for (int i = 0; i < level.facts; ++i) item.text += " " + sentence(draw, domain, scenes[draw.below(2)]);
    item.text += "\n";
    return item;
}

} // namespace

const WorldKind& story()
{
    static const WorldKind row{"story", "Stories", "Text of three domains to read; nothing is asked.", {8, 0, 0, 0}, make};
    return row;
}

} // namespace paretoscope::world_kinds
