// The words of the synthetic world. Their order is part of the tokenizer: add at the end only.
#pragma once

#include <array>
#include <span>

namespace paretoscope::world {

using Words = std::span<const char* const>;

Words firstNames();
Words lastNames();
Words countries();
Words numberedThings(); // what a needle's number belongs to
Words countedThings();  // "apples": what arithmetic counts

// Something that is said about a person. In the sentences %e is the person and %v the value.
struct Attribute {
    const char* name; // "colour", a word of its own
    Words values;
    std::array<const char*, 3> statements;
    std::array<const char*, 2> questions;
};
std::span<const Attribute> attributes();

// A part of the world with words of its own.
struct Domain {
    const char* name;
    Words people, verbs, objects, qualities, places;
};
std::span<const Domain> domains();

Words glueWords(); // all that sentences need besides

} // namespace paretoscope::world
