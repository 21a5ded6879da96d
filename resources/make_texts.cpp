// Writes the texts that the program brings along: make_texts FOLDER.
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/data/arithmetic_problems.h"
#include "core/data/world/world.h"

#include <cstdio>

namespace {

// Items of every kind in turn; needles are left out, each of which is as long as all others together.
std::string worldText(paretoscope::WorldSplit split, uint64_t rounds)
{
    std::string text;
    for (uint64_t i = 0; i < rounds; ++i)
        for (const paretoscope::WorldKind* kind : paretoscope::world_kinds::all())
            if (kind->id != "needle")
                text += paretoscope::worldItemText(paretoscope::worldItem(*kind, split, 1, i, kind->level)) + "\n";
    return text;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 2) {
        std::fputs("usage: make_texts FOLDER\n", stderr);
        return 2;
    }
    try {
        const std::filesystem::path folder(argv[1]);
        std::filesystem::create_directories(folder);
        paretoscope::writeFileAtomically(folder / "arithmetic.txt", paretoscope::arithmeticText(1, 400));
        paretoscope::writeFileAtomically(folder / "world.txt", worldText(paretoscope::WorldSplit::Validation, 60));
        paretoscope::writeFileAtomically(folder / "world-calibration.txt",
                                         worldText(paretoscope::WorldSplit::Calibration, 120));
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "make_texts: %s\n", error.what());
        return 1;
    }
}
