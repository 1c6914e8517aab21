// Seed 000: a wellness centre with treatment rooms, equipment and classes (its categories are
// Massage, Energetic Healing, Physio, Pilates and Surfing; it names no prices, these are ours).
#include "replay/sample_business.hpp"

namespace almanac::replay::samples {

const std::string_view tide_wellness = R"json({
"about": "A wellness centre in Bali: two treatment rooms, reformers, surf boards, and classes that several people share until they are full.",
"seed": 2000, "days": 21, "past_days": 14, "bookings_a_day_min": 5, "bookings_a_day_max": 9,
"tenant": {"slug": "tide-wellness", "name": "Tide Wellness", "business_type": "wellness",
  "email": "hello@tide-wellness.example.com", "phone": "+62811390001",
  "time_zone": "Asia/Makassar", "currency": "IDR", "locale": "en"},
"categories": [
  {"slug": "massage", "name": "Massage", "sort_order": 1},
  {"slug": "energetic-healing", "name": "Energetic Healing", "sort_order": 2},
  {"slug": "physio", "name": "Physio", "sort_order": 3},
  {"slug": "pilates", "name": "Pilates", "sort_order": 4},
  {"slug": "surfing", "name": "Surfing", "sort_order": 5}],
"locations": [
  {"slug": "canggu-beach", "name": "Canggu beach", "time_zone": "Asia/Makassar",
   "description": "The surf hut, ten minutes from the centre", "amenities": ["showers", "lockers"]}],
"resources": [
  {"slug": "wayan-sari", "type": "staff", "name": "Wayan Sari", "specialties": ["massage", "healing"],
   "certifications": ["Balinese massage"], "years_experience": 9,
   "hours": [{"days": ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday"],
     "from": "09:00", "to": "18:00", "break": {"from": "13:00", "to": "14:00"}}]},
  {"slug": "ketut-adi", "type": "staff", "name": "Ketut Adi", "specialties": ["massage", "physio"],
   "certifications": ["Physiotherapist"], "years_experience": 6,
   "hours": [{"days": ["tuesday", "wednesday", "thursday", "friday", "saturday"],
     "from": "10:00", "to": "19:00", "break": {"from": "14:00", "to": "15:00"}}]},
  {"slug": "nina-hart", "type": "staff", "name": "Nina Hart", "specialties": ["pilates"],
   "hours": [
     {"days": ["monday", "wednesday", "friday"], "from": "07:00", "to": "11:15"},
     {"days": ["tuesday", "thursday"], "from": "17:00", "to": "20:10"}]},
  {"slug": "made-suta", "type": "staff", "name": "Made Suta", "specialties": ["surfing"],
   "location_id": "canggu-beach",
   "hours": [{"days": ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
     "from": "06:00", "to": "12:00"}]},
  {"slug": "ocean-room", "type": "room", "name": "Ocean room", "category": "massage", "capacity": 2,
   "features": ["two tables", "sea view"]},
  {"slug": "garden-room", "type": "room", "name": "Garden room", "category": "treatment",
   "capacity": 1},
  {"slug": "pilates-studio", "type": "room", "name": "Pilates studio", "category": "pilates",
   "capacity": 8},
  {"slug": "reformer-set", "type": "equipment", "name": "Six reformers", "capacity": 6,
   "notes": "Serviced every six months"},
  {"slug": "ultrasound-unit", "type": "equipment", "name": "Ultrasound unit"},
  {"slug": "board-rack", "type": "equipment", "name": "Four soft-top boards", "capacity": 4,
   "location_id": "canggu-beach"}],
"services": [
  {"slug": "balinese-massage", "name": "Balinese massage", "duration_minutes": 60,
   "buffer_after_minutes": 15, "slot_step_minutes": 30, "category_ids": ["massage"],
   "price": {"amount": 45000000, "currency": "IDR"}, "cancellation_notice_minutes": 720,
   "late_cancel_fee": {"kind": "rate", "rate_ppm": 500000},
   "requirements": [
     {"role": "therapist", "match": {"type": "staff", "specialties": ["massage"]}},
     {"role": "room", "candidates": ["garden-room", "ocean-room"], "preference": ["garden-room"]}]},
  {"slug": "massage-for-two", "name": "Massage for two", "duration_minutes": 90,
   "buffer_after_minutes": 15, "slot_step_minutes": 30, "category_ids": ["massage"],
   "price": {"amount": 120000000, "currency": "IDR"}, "min_notice_minutes": 240,
   "requirements": [
     {"role": "therapist", "match": {"type": "staff", "specialties": ["massage"]}, "quantity": 2},
     {"role": "room", "candidates": ["ocean-room"]}]},
  {"slug": "reiki", "name": "Reiki", "duration_minutes": 60, "slot_step_minutes": 30,
   "category_ids": ["energetic-healing"], "price": {"amount": 50000000, "currency": "IDR"},
   "requirements": [
     {"role": "healer", "match": {"type": "staff", "specialties": ["healing"]}},
     {"role": "room", "candidates": ["garden-room"]}]},
  {"slug": "physio-session", "name": "Physio session", "duration_minutes": 45,
   "buffer_after_minutes": 15, "slot_step_minutes": 15, "category_ids": ["physio"],
   "price": {"amount": 60000000, "currency": "IDR"}, "requires_confirmation": true,
   "requirements": [
     {"role": "physiotherapist", "match": {"type": "staff", "specialties": ["physio"]}},
     {"role": "room", "candidates": ["garden-room"]},
     {"role": "device", "candidates": ["ultrasound-unit"], "required": false}]},
  {"slug": "reformer-class", "name": "Reformer Pilates class", "duration_minutes": 55,
   "slot_step_minutes": 65, "capacity": 6, "category_ids": ["pilates"],
   "price": {"amount": 25000000, "currency": "IDR"}, "cancellation_notice_minutes": 480,
   "description": "Six reformers; people join a class until it is full",
   "requirements": [
     {"role": "teacher", "match": {"type": "staff", "specialties": ["pilates"]}},
     {"role": "room", "candidates": ["pilates-studio"]},
     {"role": "reformers", "candidates": ["reformer-set"]}]},
  {"slug": "surf-lesson", "name": "Surf lesson", "duration_minutes": 90, "slot_step_minutes": 120,
   "capacity": 4, "category_ids": ["surfing"], "price": {"amount": 35000000, "currency": "IDR"},
   "what_to_bring": "Swimwear and sun cream",
   "requirements": [
     {"role": "teacher", "match": {"type": "staff", "specialties": ["surfing"]}},
     {"role": "boards", "candidates": ["board-rack"]}]}],
"blocks": [
  {"kind": "holiday", "reason": "Independence Day", "rrule": "FREQ=YEARLY;BYMONTH=8;BYMONTHDAY=17",
   "local_start": "2026-08-17T00:00", "local_end": "2026-08-18T00:00"},
  {"kind": "maintenance", "resource": "reformer-set", "reason": "Springs and ropes",
   "rrule": "FREQ=MONTHLY;INTERVAL=6;BYDAY=1WE",
   "local_start": "2026-01-07T07:00", "local_end": "2026-01-07T11:15"},
  {"kind": "private_event", "location": "canggu-beach", "reason": "Beach cleaning with the school",
   "in_days": 12, "from": "06:00", "to": "09:00"},
  {"kind": "vacation", "resource": "ketut-adi", "reason": "Ceremony in the village",
   "in_days": 9, "days": 4}],
"overrides": [
  {"resource": "made-suta", "in_days": 5, "weekday": "saturday", "reason": "Surf camp",
   "windows": [{"from": "06:00", "to": "17:00"}]}],
"clients": [
  {"first_name": "Olivia", "last_name": "Brandt", "email": "olivia.brandt@example.com",
   "phone": "+4915112345601", "language": "de", "source": "retreat", "tags": ["member"]},
  {"first_name": "Dewi", "last_name": "Lestari", "email": "dewi.lestari@example.com",
   "phone": "+62811390101", "language": "id", "tags": ["local"]},
  {"first_name": "Tom", "last_name": "Willis", "email": "tom.willis@example.com",
   "phone": "+61491570101", "language": "en", "medical_conditions": "Old shoulder injury"},
  {"first_name": "Aiko", "last_name": "Mori", "email": "aiko.mori@example.com",
   "phone": "+819012345601", "language": "ja", "allergies": "Nut oils"},
  {"first_name": "Putu", "last_name": "Ayu", "email": "putu.ayu@example.com",
   "phone": "+62811390102", "language": "id", "tags": ["local"]},
  {"first_name": "Clara", "last_name": "Nunes", "email": "clara.nunes@example.com",
   "phone": "+351912345601", "language": "pt", "marketing_consent": true},
  {"first_name": "Ben", "last_name": "Okafor", "email": "ben.okafor@example.com",
   "phone": "+447911123401", "language": "en"},
  {"first_name": "Mei", "last_name": "Chen", "email": "mei.chen@example.com",
   "phone": "+6591234501", "language": "en", "source": "instagram"}],
"client_notes": ["A quiet room, please", "First time on a reformer", "Firm pressure",
  "We are two, side by side if possible"],
"cancel_reasons": ["Sunburn", "Flight moved", "Not feeling well"]
})json";

}  // namespace almanac::replay::samples
