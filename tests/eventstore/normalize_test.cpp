#include "eventstore/normalize.hpp"

#include <gtest/gtest.h>

#include <random>

namespace almanac::eventstore {
namespace {
struct Pair {
    std::string typed;
    std::string normal;
};

void expect_format(const kernel::Result<std::string>& result, const std::string& typed) {
    ASSERT_FALSE(result) << typed << " -> " << *result;
    ASSERT_EQ(result.error().errors.size(), 1u);
    EXPECT_EQ(result.error().kind, kernel::RejectionKind::invalid);
    EXPECT_EQ(result.error().errors[0].code, "format");
    EXPECT_EQ(result.error().errors[0].pointer, "/field");
    EXPECT_FALSE(result.error().errors[0].detail.empty());
}

TEST(NormalizeEmail, table) {
    const Pair table[] = {
        {"ana@example.es", "ana@example.es"},
        {"  Ana@Example.ES\t\n", "ana@example.es"},
        {"\u00a0\u2003ana@example.es\u3000", "ana@example.es"},
        {"JOSÉ@EXAMPLE.ES", "josé@example.es"},
        {"jose\u0301@example.es", "jos\u00e9@example.es"},
        {"JOSE\u0301@example.es", "jos\u00e9@example.es"},
        {"Straße@example.de", "strasse@example.de"},
        {"STRASSE@EXAMPLE.DE", "strasse@example.de"},
        {"ΝΊΚΟΣ@example.gr", "νίκοσ@example.gr"},
        {"Νίκος@example.gr", "νίκοσ@example.gr"},
        {"ИВАН@ПОЧТА.РФ", "иван@почта.рф"},
        {"o'brien+shop.x@sub.example.co.uk", "o'brien+shop.x@sub.example.co.uk"},
        {"a@b", "a@b"},
        {"\u212a@example.es", "k@example.es"},       // the Kelvin sign
        {"\ufb01na@example.es", "fina@example.es"},  // a ligature opens in full case folding
        {"用户@例子.广告", "用户@例子.广告"},
    };
    for (const auto& [typed, normal] : table) {
        const auto result = normalize_email(typed);
        ASSERT_TRUE(result) << typed;
        EXPECT_EQ(*result, normal);
        EXPECT_EQ(normalize_email(*result).value(), *result) << "not stable: " << typed;
    }
}

TEST(NormalizeEmail, refuses_with_a_field_error) {
    for (const std::string typed :
         {"", "   ", "ana", "@", "ana@", "@example.es", "a@b@c", "ana maria@example.es",
          "ana@exa mple.es", "ana\u200b@example.es", "ana\ufeff@example.es", "ana\x01@example.es",
          "ana@exam\nple.es", "ana\xff@example.es", "\xc3@example.es", "ana\xed\xa0\x80@b.es",
          "ana\u0378@example.es"}) {
        expect_format(normalize_email(typed, "/field"), typed);
    }
    expect_format(normalize_email(std::string("a\0b@c", 5), "/field"), "zero");
}

TEST(NormalizeEmail, holds_254_bytes_and_no_more_also_after_folding) {
    const std::string domain = "@example.es";
    EXPECT_TRUE(normalize_email(std::string(254 - domain.size(), 'a') + domain));
    expect_format(normalize_email(std::string(255 - domain.size(), 'a') + domain, "/field"), "255");
    expect_format(normalize_email(std::string(1'000'000, 'a') + domain, "/field"), "1 MB");
    // U+0390 is two bytes and folds to three characters of six.
    std::string grows;
    for (int i = 0; i < 60; ++i) grows += "\u1fb7";
    expect_format(normalize_email(grows + grows + domain, "/field"), "grows");
}

TEST(NormalizePhone, table) {
    const Pair table[] = {
        {"+34 612 345 678", "+34612345678"},      {"0034612345678", "+34612345678"},
        {"00 34 612 345 678", "+34612345678"},    {"+34612345678", "+34612345678"},
        {"  +34.612.345.678 ", "+34612345678"},   {"+34-612-345-678", "+34612345678"},
        {"+1 (212) 555-0100", "+12125550100"},    {"+44 20 7946 0958", "+442079460958"},
        {"+(34) 612345678", "+34612345678"},      {"+683 4000", "+6834000"},
        {"+123456789012345", "+123456789012345"},
    };
    for (const auto& [typed, normal] : table) {
        const auto result = normalize_phone(typed);
        ASSERT_TRUE(result) << typed;
        EXPECT_EQ(*result, normal);
        EXPECT_EQ(normalize_phone(*result).value(), *result);
    }
}

TEST(NormalizePhone, refuses_with_a_field_error) {
    for (const std::string typed : {"",
                                    " ",
                                    "+",
                                    "00",
                                    "612345678",
                                    "612 345 678",
                                    "(0034) 612345678",
                                    "34612345678",
                                    "+0612345678",
                                    "+00 34 612345678",
                                    "++34612345678",
                                    "+34 +612345678",
                                    "+34612345678x5",
                                    "+34 612a45678",
                                    "+34/612345678",
                                    "+44 (0)20 7946 0958",
                                    "+44(0) 2079460958",
                                    "+34 (612 345678",
                                    "+34 612) 345678",
                                    "+34 ((612)) 345678",
                                    "+123456",
                                    "+1234567890123456",
                                    "+٣٤٦١٢٣٤٥٦٧٨",
                                    "+34612345678;ext=1",
                                    "+34\t612345678",
                                    "tel:+34612345678",
                                    "+34\xff"}) {
        expect_format(normalize_phone(typed, "/field"), typed);
    }
    expect_format(normalize_phone("+" + std::string(100, '-') + "34612345678", "/field"), "long");
    expect_format(normalize_phone(std::string("+34612345678\0", 13), "/field"), "zero");
}

TEST(NormalizePhone, separators_never_change_the_number) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random(seed);
    for (int round = 0; round < 1000; ++round) {
        std::string digits(1, static_cast<char>('1' + random() % 9));
        const auto count = 7 + random() % 9;
        while (digits.size() < count) digits += static_cast<char>('0' + random() % 10);
        std::string typed = random() % 2 == 0 ? "+" : "00";
        for (const char c : digits) {
            typed += c;
            if (random() % 3 == 0) typed += " .-"[random() % 3];
        }
        const auto normal = normalize_phone(typed);
        ASSERT_TRUE(normal) << typed;
        EXPECT_EQ(*normal, "+" + digits) << typed;
    }
}

TEST(FoldForSearch, table) {
    const Pair table[] = {
        {"", ""},
        {"García", "garcia"},
        {"  María   del\tMar ", "maria del mar"},
        {"MÜLLER", "muller"},
        {"Weiß", "weiss"},
        {"Ñandú", "nandu"},
        {"n\u0303", "n"},
        {"Søren Ærø", "soren aero"},
        {"Łukasz Đorđe", "lukasz dorde"},
        {"Œuvre", "oeuvre"},
        {"ＡＢＣ１２", "abc12"},
        {"ﬁlip", "filip"},
        {"Αθήνα", "αθηνα"},
        {"ЙОГУРТ", "иогурт"},
        {"Bà Nguyễn", "ba nguyen"},
        {"İstanbul", "istanbul"},
        {"ısı", "isi"},
        {"山田 太郎", "山田 太郎"},
        {"O'Brien-Smith", "o'brien-smith"},
        {"a\x1f"
         "b",
         "a b"},
        {"a\xff", "a\ufffd"},
    };
    for (const auto& [typed, folded] : table) {
        EXPECT_EQ(fold_for_search(typed), folded);
        EXPECT_EQ(fold_for_search(folded), folded) << "not stable: " << typed;
    }
}

TEST(FoldForSearch, random_bytes_fold_to_stable_text_without_control_characters) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random(seed);
    for (int round = 0; round < 2000; ++round) {
        std::string bytes;
        for (auto n = random() % 40; n > 0; --n) bytes += static_cast<char>(random());
        const auto folded = fold_for_search(bytes);
        EXPECT_EQ(fold_for_search(folded), folded);
        for (const char c : folded) EXPECT_GE(static_cast<unsigned char>(c), 0x20);
        const auto email = normalize_email(bytes + "@b.es");
        EXPECT_TRUE(!email || normalize_email(*email).value() == *email);
    }
}
}  // namespace
}  // namespace almanac::eventstore
