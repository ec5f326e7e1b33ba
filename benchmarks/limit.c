// About the least that can be done with n-grams: tokenise, hash, look up, walk the trie, count, tf-idf,
// linear layer, softmax; one posting after another, in one thread. `limit.py` compiles and calls it, with
// the weights of a scikit-learn peer.
#include "ngrams.h"

// Text r is `text[offset[r]]` up to a separator at `offset[r + 1] - 1`.
void score(const Ngrams *m, const uint8_t *text, const int64_t *offset, int64_t postings, Scratch *s,
           float (*probabilities)[ROLES]) {
    for (int64_t r = 0; r < postings; r++) {
        int32_t number = find_words(m, text + offset[r], text + offset[r + 1] - 1, s->words);
        int32_t found[ORDERS];
        for (int32_t i = 0; i < number; i++) {
            int ends = find_ngrams(m, s->words + i, found);
            for (int k = 0; k < ends; k++) count(s, found[k]);
        }
        float z[ROLES];
        weigh(m, s, z);
        softmax(z, probabilities[r]);
    }
}
