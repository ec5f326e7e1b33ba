// All that the model file computes, the reason to be unclear included: what roleclass.training.features,
// mentions and unclear say, straight from the bytes; one posting after another, in one thread.
// `same_work.py` compiles and calls it, with the tables of a fitted pipeline.
#include <string.h>

#include "ngrams.h"

// Of the groups of concepts: mentions and, behind them, those of small English words; and what a section
// tells: logs, shares, and the two shares of artificial intelligence.
enum { SMALL = GROUPS, KINDS = GROUPS + 1, RATIOS = 2 * GROUPS + 2 };
// Where the blocks begin that are no products.
enum {
    DENSITY = 0,
    TITLE = CONCEPTS,
    BALANCE = 2 * CONCEPTS,
    LENGTH = BALANCE + RATIOS,
    SECTION = LENGTH + 1,
    END = SECTION + SECTIONS * RATIOS
};
// Of the columns that are used, those that are no products; all, and zeros that make whole vectors of them.
enum { PLAIN = COLUMNS - PRODUCTS, WIDTH = (COLUMNS + LANES - 1) / LANES * LANES };

typedef struct {
    const uint8_t (*kinds)[KINDS];    // [ngrams]: how many concepts of each group it is a phrase of
    const uint8_t *heading;           // [ngrams]: the code of the section that it opens; 0: none
    const int16_t (*concepts)[MOST];  // [ngrams]: what it is a phrase of, from CONCEPTS on for nothing
    const int32_t *crossed;           // [CROSSED - GROUPS]: the concepts that are crossed, besides the groups
    const float *mean, *deviation;    // [CROSSED]
    const int32_t *plain;             // [PLAIN]: which of the END columns
    const int32_t *one, *other;       // [PRODUCTS]: the factors
    const float *lowest, *highest;    // [WIDTH]
    const float (*weights)[WIDTH];    // [ROLES]
} Columns;

// Mentions in one posting.
typedef struct {
    int32_t groups[KINDS];
    int32_t of_code[CODES][KINDS];
    float concepts[CONCEPTS + SPARE];
    float in_title[CONCEPTS + SPARE];  // 1 or 0
} Mentions;

// The words of the first line, if it is short enough for a title.
static int32_t words_in_title(const Ngrams *m, const uint8_t *start, const uint8_t *end) {
    int64_t head = end - start < TITLE_BYTES + 1 ? end - start : TITLE_BYTES + 1;
    const uint8_t *newline = memchr(start, '\n', (size_t)head);
    int32_t number = 0;
    for (const uint8_t *p = start; newline && p < newline; p++) number += m->codes[p[0]] && !m->codes[p[1]];
    return number;
}

static inline void find_mentions(const Ngrams *m, const Columns *c, int32_t words, int32_t title, Scratch *s,
                                 Mentions *out) {
    *out = (Mentions){0};
    int code = 0;
    for (int32_t i = 0; i < words; i++) {
        int32_t found[ORDERS];
        int number = find_ngrams(m, s->words + i, found);
        // Of headings that begin at one word, the one with the greatest code counts.
        int opened = 0;
        for (int k = 0; k < number; k++)
            if (c->heading[found[k]] > opened) opened = c->heading[found[k]];
        if (opened) code = opened;
        for (int k = 0; k < number; k++) {
            count(s, found[k]);
            for (int g = 0; g < KINDS; g++) out->of_code[code][g] += c->kinds[found[k]][g];
            if (i < title)
                for (int n = 0; n < MOST; n++) out->in_title[c->concepts[found[k]][n]] = 1;
        }
    }
    for (int k = 0; k < CODES; k++)
        for (int g = 0; g < KINDS; g++) out->groups[g] += out->of_code[k][g];
    for (int32_t i = 0; i < s->number; i++) {
        int32_t k = s->touched[i];
        for (int n = 0; n < MOST; n++) out->concepts[c->concepts[k][n]] += s->counts[k];
    }
}

static inline float cut(float x, float lowest, float highest) {
    x = x < lowest ? lowest : x;
    return x > highest ? highest : x;
}

static inline float log_density(float mentions, float words) {
    return mentions > 0 ? logf(1 + 1000 * mentions / words) : 0;
}

// See features._balance.
static inline void balance(const int32_t groups[KINDS], float words, float out[RATIOS]) {
    float all = 0;
    for (int g = 0; g < GROUPS; g++) {
        out[g] = groups[g] ? logf(1 + (float)groups[g]) : 0;
        out[GROUPS + g] = (float)groups[g] / (words + SHARE_WORDS);
        all += (float)groups[g];
    }
    float genai = (float)groups[GENAI], ml = (float)groups[ML], ai = (float)groups[AI];
    out[2 * GROUPS] = (genai + 0.5f) / (genai + ml + 1);
    out[2 * GROUPS + 1] = (genai + ml + ai + 0.5f) / (all + 5);
}

// Writes all columns that are used, each cut.
static inline void find_columns(const Columns *c, const Mentions *mentions, float words, float out[WIDTH]) {
    float x[END], crossed[CROSSED], enough = words < DENSITY_WORDS ? DENSITY_WORDS : words;
    for (int k = 0; k < CONCEPTS; k++) x[DENSITY + k] = log_density(mentions->concepts[k], enough);
    for (int k = 0; k < CONCEPTS; k++) x[TITLE + k] = mentions->in_title[k];
    balance(mentions->groups, words, x + BALANCE);
    x[LENGTH] = logf(1 + words);
    // The codes from SECTIONS on are of sections that are not looked at.
    for (int k = 0; k < SECTIONS; k++) balance(mentions->of_code[k], words, x + SECTION + k * RATIOS);
    for (int k = 0; k < GROUPS; k++) crossed[k] = log_density((float)mentions->groups[k], enough);
    for (int k = GROUPS; k < CROSSED; k++) crossed[k] = x[DENSITY + c->crossed[k - GROUPS]];
    for (int k = 0; k < CROSSED; k++)
        crossed[k] = cut((crossed[k] - c->mean[k]) / c->deviation[k], -CUT, CUT);

    for (int k = 0; k < PLAIN; k++) out[k] = x[c->plain[k]];
    for (int k = 0; k < PRODUCTS; k++) out[PLAIN + k] = crossed[c->one[k]] * crossed[c->other[k]];
    for (int k = COLUMNS; k < WIDTH; k++) out[k] = 0;
    for (int k = 0; k < WIDTH; k++) out[k] = cut(out[k], c->lowest[k], c->highest[k]);
}

static inline float dot(const float x[WIDTH], const float y[WIDTH]) {
    float lanes[LANES] = {0}, sum = 0;
    for (int k = 0; k < WIDTH; k += LANES)
        for (int i = 0; i < LANES; i++) lanes[i] += x[k + i] * y[k + i];
    for (int i = 0; i < LANES; i++) sum += lanes[i];
    return sum;
}

// See unclear.UnclearRule.
static int64_t reason(int32_t words, int32_t small) {
    if (words == 0) return 1;
    if (words < MIN_WORDS) return 2;
    return small * WORDS_PER_SMALL < words ? 3 : 0;
}

// Text r is `text[offset[r]]` up to a separator at `offset[r + 1] - 1`.
void score(const Ngrams *m, const Columns *c, const uint8_t *text, const int64_t *offset, int64_t postings,
           Scratch *s, float (*probabilities)[ROLES], int64_t *reasons) {
    for (int64_t r = 0; r < postings; r++) {
        const uint8_t *start = text + offset[r], *end = text + offset[r + 1] - 1;
        int32_t words = find_words(m, start, end, s->words);
        Mentions mentions;
        find_mentions(m, c, words, words_in_title(m, start, end), s, &mentions);
        float z[ROLES], columns[WIDTH];
        weigh(m, s, z);
        find_columns(c, &mentions, (float)words, columns);
        for (int j = 0; j < ROLES; j++) z[j] += dot(columns, c->weights[j]);
        softmax(z, probabilities[r]);
        reasons[r] = reason(words, mentions.groups[SMALL]);
    }
}
