// What both C loops do: cut into words, look them up, walk the trie of n-grams, count, weigh by tf-idf,
// softmax. The tables are those of roleclass.training.tables; `native.py` fills them in and gives ROLES,
// ORDERS (the words of the longest n-gram) and LOGS.
#include <math.h>
#include <stdint.h>

typedef struct {
    const int32_t *codes;  // of the 256 bytes; 0: separator
    uint32_t inverse;      // of the hash's base
    uint32_t mask;
    const int32_t *shift;
    const int32_t *keys;
    const int32_t *base, *owner, *child, *ngram;
    int32_t ngrams;
    const float *tf;                // [LOGS]: 1 + log of small counts
    const float *idf;               // [ngrams]
    const float (*weights)[ROLES];  // [ngrams]
    const float *bias;              // [ROLES]
} Ngrams;

// What one posting needs, and what is left as it was found for the next.
typedef struct {
    float *counts;     // [ngrams]; all 0
    int32_t *touched;  // [ngrams]: those that are not 0
    int32_t number;    // of them
    int32_t *words;    // room for one more than a posting can hold
} Scratch;

// Writes the slot of each word, 0 for an unknown one, and 0 after the last. A separator must stand at `end`.
static inline int32_t find_words(const Ngrams *m, const uint8_t *p, const uint8_t *end, int32_t *words) {
    // No branch but the loops' own: nobody can predict how long words are.
    const uint32_t inverse = m->inverse;
    const int32_t *const codes = m->codes;
    int32_t number = 0;
    uint32_t hash = 0, before = 0;
    for (; p <= end; p++) {
        uint32_t code = (uint32_t)codes[*p];
        words[number] = (int32_t)hash;
        number += (int32_t)(before & ~code & 1);  // codes are odd, or 0
        hash = hash * (inverse & -(code & 1)) + code;
        before = code;
    }
    for (int32_t i = 0; i < number; i++) {
        int32_t key = words[i], slot = key / (1 << 24) + m->shift[(uint32_t)key & m->mask];
        words[i] = m->keys[slot] == key ? slot : 0;
    }
    words[number] = 0;
    return number;
}

// Writes the n-grams that begin at a word, and returns how many there are.
static inline int find_ngrams(const Ngrams *m, const int32_t *word, int32_t found[ORDERS]) {
    int number = 0;
    for (int32_t state = *word; state;) {
        found[number] = m->ngram[state];
        number += found[number] < m->ngrams;
        int32_t place = m->base[state] + *++word;
        state = m->owner[place] == state ? m->child[place] : 0;
    }
    return number;
}

static inline void count(Scratch *s, int32_t ngram) {
    s->touched[s->number] = ngram;
    s->number += s->counts[ngram] == 0;
    s->counts[ngram]++;
}

// Writes the logits of tf-idf and bias, and clears the counts.
static inline void weigh(const Ngrams *m, Scratch *s, float z[ROLES]) {
    float square = 0;
    for (int j = 0; j < ROLES; j++) z[j] = 0;
    for (int32_t i = 0; i < s->number; i++) {
        int32_t k = s->touched[i];
        float tf = s->counts[k];
        float x = (tf < LOGS ? m->tf[(int32_t)tf] : 1 + logf(tf)) * m->idf[k];
        square += x * x;
        for (int j = 0; j < ROLES; j++) z[j] += x * m->weights[k][j];
        s->counts[k] = 0;
    }
    s->number = 0;
    float scale = square > 0 ? 1 / sqrtf(square) : 0;
    for (int j = 0; j < ROLES; j++) z[j] = z[j] * scale + m->bias[j];
}

static inline void softmax(const float z[ROLES], float probabilities[ROLES]) {
    float highest = -INFINITY, sum = 0;
    for (int j = 0; j < ROLES; j++) highest = z[j] > highest ? z[j] : highest;
    for (int j = 0; j < ROLES; j++) sum += probabilities[j] = expf(z[j] - highest);
    for (int j = 0; j < ROLES; j++) probabilities[j] /= sum;
}
