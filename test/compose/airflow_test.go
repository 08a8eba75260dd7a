package compose

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/stretchr/testify/require"
)

// airflow is the API of the stack's Airflow for its administrator.
type airflow struct {
	*rest
	s *stand
}

func (s *stand) airflow() airflow {
	a := airflow{newREST(s.t, "http://"+s.port("airflow-api-server", 8080)), s}
	var passwords map[string]string
	require.NoError(s.t, json.Unmarshal([]byte(s.secret("airflow_passwords.json")), &passwords))
	var answer struct {
		Token string `json:"access_token"`
	}
	a.must("POST", "/auth/token", map[string]string{"username": "admin", "password": passwords["admin"]}, &answer)
	a.bearer(answer.Token)
	return a
}

type dagRun struct {
	ID    string `json:"dag_run_id"`
	State string
}

// runs are all there are of a DAG.
func (a airflow) runs(dag string) []dagRun {
	var answer struct {
		Runs []dagRun `json:"dag_runs"`
	}
	a.must("GET", "/api/v2/dags/"+dag+"/dagRuns", nil, &answer)
	return answer.Runs
}

// switchOn waits until the DAG is known and lets it be scheduled.
func (a airflow) switchOn(dag string) {
	await(a.t, "the DAG "+dag, func(context.Context) error {
		return a.call("PATCH", "/api/v2/dags/"+dag, map[string]bool{"is_paused": false}, nil)
	})
}

// succeeds waits until a DAG has so many runs, and all of them have ended well.
func (a airflow) succeeds(dag string, runs int) {
	a.t.Helper()
	var all []dagRun
	within(a.t, 30*time.Minute, "the end of "+dag, func(context.Context) error {
		all = a.runs(dag)
		for _, run := range all {
			if run.State == "queued" || run.State == "running" {
				return fmt.Errorf("%s is %s: %s", run.ID, run.State, a.unfinished(dag, run.ID))
			}
		}
		if len(all) < runs {
			return fmt.Errorf("%d runs of %d", len(all), runs)
		}
		return nil
	})
	for _, run := range all {
		require.Equal(a.t, "success", run.State, "%s %s: %s", dag, run.ID, a.unfinished(dag, run.ID))
	}
}

// unfinished are the tasks of a run that have not ended well.
func (a airflow) unfinished(dag, run string) string {
	var answer struct {
		Tasks []struct {
			ID    string `json:"task_id"`
			Index int    `json:"map_index"`
			State string
		} `json:"task_instances"`
	}
	a.must("GET", "/api/v2/dags/"+dag+"/dagRuns/"+run+"/taskInstances?limit=200", nil, &answer)
	var out string
	for _, t := range answer.Tasks {
		if t.State != "success" {
			out += fmt.Sprintf("%s[%d] %s ", t.ID, t.Index, t.State)
		}
	}
	return out
}
