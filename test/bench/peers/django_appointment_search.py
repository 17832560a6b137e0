"""Slot search of the PyPI package django-appointment on a calendar read from stdin, for test/bench/scheduling-peers.ts.

In:  {"firstDate", "days", "hours": {"from", "to"}, "weekdays": [1..7], "stepMinutes", "visitMinutes", "gapMinutes", "runs",
      "providers": [[["2030-10-21", "08:15"], ...], ...]}      one list of booked starts for each provider
Out: {"slots": [["2030-10-21T08:00", ...], ...],               the starts offered, for each provider
      "providerMonthCpuMillis", "clinicMonthCpuMillis"}        processor time of one search; SQLite in memory included

The search is the one behind the package's own page of free times, asked day by day, as that page does.
"""

import json
import sys
import time
from datetime import date, datetime, time as wall_time, timedelta

import django
from django.conf import settings

asked = json.load(sys.stdin)
answers, sys.stdout = sys.stdout, sys.stderr  # the package logs to stdout
settings.configure(
    SECRET_KEY="bench",
    USE_TZ=True,
    TIME_ZONE="America/New_York",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "appointment",
    ],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    LOGGING_CONFIG=None,
)
django.setup()

from django.contrib.auth import get_user_model
from django.core.management import call_command

call_command("migrate", run_syncdb=True, verbosity=0)

from appointment.models import Appointment, AppointmentRequest, Config, Service, StaffMember, WorkingHours
from appointment.services import get_available_slots_for_staff
from appointment.utils.db_helpers import get_weekday_num_from_date

visit = timedelta(minutes=asked["visitMinutes"])
first = date.fromisoformat(asked["firstDate"])
days = [first + timedelta(days=shift) for shift in range(asked["days"])]
Config.objects.create(slot_duration=asked["stepMinutes"], slot_gap_time=asked["gapMinutes"], appointment_buffer_time=0)
service = Service.objects.create(name="Visit", duration=visit, price=0)


def make_provider(number, bookings):
    user = get_user_model().objects.create(username=f"provider-{number}")
    provider = StaffMember.objects.create(user=user, slot_duration=asked["stepMinutes"])
    provider.services_offered.add(service)
    for weekday in asked["weekdays"]:
        WorkingHours.objects.create(
            staff_member=provider,
            day_of_week=weekday % 7,
            start_time=wall_time.fromisoformat(asked["hours"]["from"]),
            end_time=wall_time.fromisoformat(asked["hours"]["to"]),
        )
    for index, (day, start) in enumerate(bookings):
        begin = datetime.combine(date.fromisoformat(day), wall_time.fromisoformat(start))
        client = get_user_model().objects.create(username=f"patient-{number}-{index}")
        request = AppointmentRequest.objects.create(
            date=begin.date(),
            start_time=begin.time(),
            end_time=(begin + visit).time(),
            service=service,
            staff_member=provider,
        )
        Appointment.objects.create(client=client, appointment_request=request)
    return provider


def search(provider):
    found = []
    for day in days:
        found += get_available_slots_for_staff(day, provider, get_weekday_num_from_date(day), service)
    return found


def cpu_millis(work):
    before = time.process_time()
    result = work()
    return (time.process_time() - before) * 1000, result


providers = [make_provider(number, bookings) for number, bookings in enumerate(asked["providers"])]
search(providers[0])
months = sorted(cpu_millis(lambda: search(providers[0]))[0] for _ in range(asked["runs"]))
clinic_millis, found = cpu_millis(lambda: [search(provider) for provider in providers])
answer = {
    "slots": [[slot.strftime("%Y-%m-%dT%H:%M") for slot in slots] for slots in found],
    "providerMonthCpuMillis": months[len(months) // 2],
    "clinicMonthCpuMillis": clinic_millis,
}
json.dump(answer, answers)
