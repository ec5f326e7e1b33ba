// About the least that can be done: tokenise, hash, look up, walk the trie of n-grams, count, tf-idf,
// linear layer, softmax; one posting after another, in one thread. `peers.py` compiles and calls it,
// with the tables of roleclass.training.tables and the weights of the scikit-learn peer.
#include <math.h>
#include <stdint.h>

enum { ROLES = 4, ORDERS = 4 };

typedef struct {
    const int32_t *codes;  // of the 256 bytes; 0: separator
    uint32_t inverse;      // of the hash's base
    uint32_t mask;
    const int32_t *shift;
    const int32_t *keys;
    const int32_t *base, *owner, *child, *ngram;
    int32_t ngrams;
    const float *idf;      // [ngrams]
    const float *weights;  // [ngrams][ROLES]
    const float *bias;     // [ROLES]
} Model;

// `counts` holds `ngrams` zeros, before and after; `touched` has room for as many numbers.
void score(const Model *m, const uint8_t *text, const int64_t *offset, int64_t postings,
           float *counts, int32_t *touched, float *probabilities) {
    for (int64_t r = 0; r < postings; r++) {
        const uint8_t *p = text + offset[r], *end = text + offset[r + 1];
        int32_t number = 0;
        int32_t live[ORDERS] = {0};  // states of 1, 2, ... words that end at the word before
        while (p < end) {
            int32_t code = m->codes[*p++];
            if (!code) continue;
            uint32_t hash = (uint32_t)code;
            while (p < end && (code = m->codes[*p])) {
                hash = hash * m->inverse + (uint32_t)code;
                p++;
            }
            int32_t key = (int32_t)hash;
            int32_t slot = key / (1 << 24) + m->shift[hash & m->mask];
            int32_t word = m->keys[slot] == key ? slot : 0;
            for (int k = ORDERS - 1; k >= 0; k--) {
                int32_t state = word;
                if (k) {
                    int32_t place = m->base[live[k - 1]] + word;
                    state = word && live[k - 1] && m->owner[place] == live[k - 1] ? m->child[place] : 0;
                }
                live[k] = state;
                int32_t ngram = state ? m->ngram[state] : m->ngrams;
                if (ngram < m->ngrams && counts[ngram]++ == 0) touched[number++] = ngram;
            }
        }
        float z[ROLES] = {0}, square = 0, highest = -INFINITY, sum = 0;
        for (int32_t i = 0; i < number; i++) {
            int32_t k = touched[i];
            float x = (1 + logf(counts[k])) * m->idf[k];
            square += x * x;
            for (int j = 0; j < ROLES; j++) z[j] += x * m->weights[k * ROLES + j];
            counts[k] = 0;
        }
        float scale = square > 0 ? 1 / sqrtf(square) : 0;
        for (int j = 0; j < ROLES; j++) {
            z[j] = z[j] * scale + m->bias[j];
            if (z[j] > highest) highest = z[j];
        }
        for (int j = 0; j < ROLES; j++) sum += z[j] = expf(z[j] - highest);
        for (int j = 0; j < ROLES; j++) probabilities[r * ROLES + j] = z[j] / sum;
    }
}
